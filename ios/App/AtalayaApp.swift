import BackgroundTasks
import PostureKit
import SwiftUI

/// The app: puts PostureKit together with the phone, once, and shows it.
@main
struct AtalayaApp: App {
    @State private var model: AppModel
    @Environment(\.scenePhase) private var phase

    init() {
        let model = Composition.model()
        _model = State(initialValue: model)
        // Before launching has ended: the system may have started the app for this alone.
        _ = BackgroundTasksQueue().register { task in
            Task { await model.refresh(task) }
        }
    }

    var body: some Scene {
        WindowGroup {
            RootView(model: model)
                .environment(\.locale, Locale(identifier: Words.tag(model.words.language)))
        }
        .onChange(of: phase) { _, phase in
            if phase == .active { Task { await model.appear() } }
        }
    }
}
