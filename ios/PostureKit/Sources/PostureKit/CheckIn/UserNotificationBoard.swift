#if canImport(UserNotifications)
import Foundation
import UserNotifications

/// The system's notifications, without sound.
public struct UserNotificationBoard: ReminderBoard {
    private static let identifier = "org.atalaya.agent.reminder"

    public init() {}

    public func askPermission() async {
        // Whoever says no sees it in the app.
        _ = try? await UNUserNotificationCenter.current().requestAuthorization(options: [.alert])
    }

    public func show(title: String, text: String) async {
        let content = UNMutableNotificationContent()
        content.title = title
        content.body = text
        let request = UNNotificationRequest(identifier: Self.identifier, content: content, trigger: nil)
        try? await UNUserNotificationCenter.current().add(request)
    }

    public func clear() async {
        UNUserNotificationCenter.current().removeDeliveredNotifications(withIdentifiers: [Self.identifier])
    }
}
#endif
