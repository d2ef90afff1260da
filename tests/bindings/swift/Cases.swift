import AtalayaCore
import Foundation
import Glibc

/// What a case that does not hold throws.
struct Failed: Error, CustomStringConvertible {
    let description: String
}

func must(_ holds: Bool, _ otherwise: @autoclosure () -> String = "", line: Int = #line) throws {
    if !holds { throw Failed(description: "line \(line): \(otherwise())") }
}

func mustEqual<Value: Equatable>(_ one: Value, _ other: Value, _ what: String = "", line: Int = #line) throws {
    if one != other { throw Failed(description: "line \(line): \(what) \(one) is not \(other)") }
}

/// The error of the library that a call must end with, by the name of its case.
@discardableResult
func refused<Result>(_ name: String, line: Int = #line, _ call: () async throws -> Result) async throws -> AgentError {
    do {
        _ = try await call()
    } catch let error as AgentError {
        try must(kind(error) == name, "\(error) is no \(name)", line: line)
        return error
    }
    throw Failed(description: "line \(line): no \(name)")
}

func kind(_ error: AgentError?) -> String {
    error.map { String(String(describing: $0).prefix { $0 != "(" }.split(separator: ".").last ?? "") } ?? "none"
}

/// An error that nobody declared.
struct Broken: Error {
    let words: String
}

let secret = "Ana's phone, +34 600 000 000"

/// The cases of ../README.md, in its order: the generated bindings and the library as an app uses them.
enum Cases {
    typealias Body = @Sendable () async throws -> Void

    static let all: [(String, Body)] = [
        ("facts go in and verdicts come out", factsGoIn),
        ("the server judges what crossed as the phone did", serverJudges),
        ("the probe is asked once and only for what the policy asks", askedOnce),
        ("words are in the language that is asked for", language),
        ("a declared error arrives as what it is", declared),
        ("an undeclared error is an error and says nothing but its class", undeclared),
        ("a key that is none is no crash", noKey),
        ("what is wrong with input is said", input),
        ("a lost answer makes no second key and no second device", lostAnswer),
        ("two employers are two folders that know nothing of each other", twoEmployers),
        ("another key takes the place of the devices and is adopted once", succession),
        ("evidence of the key that signs goes and another key where it does not count", assertion),
        ("the screens work offline", offline),
        ("what a person says is kept and nothing is reported before the notice", notice),
        ("a slow network and a slow key hold nobody up", slow),
        ("a delivery that is given up at any request loses nothing and sends nothing twice", deliveryGivenUp),
        ("an enrolment that is given up at any request still makes one device", enrolmentGivenUp),
        ("a second delivery beside the first is told so", second),
        ("shutdown ends a delivery and lets go of the shell", shutdown),
        ("a device that the company closed is told so and joins again", closing),
        ("a person who leaves is forgotten", leaving),
        ("a person who cannot tell or need not tell leaves all the same", leavingUntold),
        ("many threads at once make one order of reports", threads),
        ("a check-in takes five crossings or fewer", crossings),
        ("ten thousand check-ins take no more memory and no more handles", growth),
    ]

    // Facts in, verdicts out.

    static let factsGoIn: Body = {
        let phone = try await Phone.enrolled()
        try must(Case.all.count > 10)
        for one in Case.all {
            phone.probe.saw.value = one.facts
            let posture = try phone.agent.check(language: .en)
            try mustEqual(Judged(posture), Judged(one), one.name)
            try must(posture.provisional)
        }
    }

    static let serverJudges: Body = {
        let phone = try await Phone.enrolled()
        for one in Case.all {
            phone.probe.saw.value = one.facts
            let own = try phone.agent.check(language: .en)
            _ = try phone.agent.report()
            let delivery = try await phone.delivered()
            try must(delivery.acknowledged == 1 && delivery.problem == nil, "\(delivery)")
            let theirs = try phone.agent.status(language: .en).posture!
            try must(!theirs.provisional)
            try mustEqual(Judged(theirs), Judged(own), one.name)
        }
    }

    static let askedOnce: Body = {
        let phone = try await Phone.enrolled()
        _ = try phone.agent.check(language: .es)
        try mustEqual(phone.probe.wanted.value.count, 1)
        try mustEqual(phone.probe.wanted.value[0].mutedRootSigns, [.testKeys])
        let asked = phone.probe.wanted.value[0].facts
        try mustEqual(Set(asked).count, asked.count)
        try must(Set(asked).isDisjoint(with: [.securityPatch, .bootState, .whatsappBusinessSigners]), "\(asked)")
        try must(asked.contains(.screenLock))
        phone.probe.saw.change { $0["securityPatch"] = .reported("2026-11-05") }
        _ = try phone.agent.report()
        _ = try await phone.delivered()
        let report = try phone.reports().last!
        try must(!report.says.contains("securityPatch") && report.says.contains("screenLock"), report.says)
        try must(report.outcome == .acknowledged && report.to.hasSuffix("/v1/reports"))
    }

    static let language: Body = {
        let phone = try await Phone.enrolled(Case.good.merging(["screenLock": .reported("false")]) { $1 })
        let lock = { (language: Language) in
            try phone.agent.check(language: language).checks.first { $0.check == .screenLock }!
        }
        let (es, en) = (try lock(.es), try lock(.en))
        try mustEqual([es.title, en.title], ["Bloqueo de pantalla", "Screen lock"])
        try must(es.fix != nil && en.fix != nil && es.fix != en.fix)
    }

    // Errors of the shell.

    static let declared: Body = {
        let phone = try await Phone.enrolled()
        phone.probe.fault.value = ShellError.Failed(reason: "no such service")
        let failed = try await refused("ProbeFailed") { try phone.agent.report() }
        try must("\(failed)".contains("no such service"), "\(failed)")
        phone.probe.fault.value = nil
        let faults: [(ShellError, String)] = [
            (.KeyLost, "KeyLost"), (.KeyUnavailable, "KeyUnavailable"), (.Failed(reason: "busy"), "KeyUnavailable"),
        ]
        for (fault, name) in faults {
            phone.signer.fault.value = fault
            try await refused(name) { try phone.agent.report() }
        }
        phone.signer.fault.value = nil
        _ = try phone.agent.report()
        let ends: [(HttpError, String)] = [
            (.Unreachable, "Offline"), (.Timeout, "Offline"), (.TooLong, "Offline"), (.Broken, "Offline"),
            (.Identity(reason: "self-signed"), "ServerUntrusted"),
        ]
        for (fault, name) in ends {
            phone.transport.before.value = { _ in throw fault }
            let delivery = try await phone.delivered()
            try must(kind(delivery.problem) == name && delivery.waiting == 1, "\(fault): \(delivery)")
        }
        phone.transport.before.value = nil
        try mustEqual(try await phone.delivered().acknowledged, 1)
    }

    static let undeclared: Body = {
        let phone = try await Phone.enrolled()
        let fault = Broken(words: secret)
        phone.probe.fault.value = fault
        for call in [{ _ = try phone.agent.report() }, { _ = try phone.agent.check(language: .en) }] {
            let error = "\(try await refused("ProbeFailed") { try call() })"
            try must(error.contains("Broken") && !error.contains("Ana") && !error.contains("600"), error)
        }
        phone.probe.fault.value = nil
        phone.signer.fault.value = fault
        let error = try await refused("KeyUnavailable") { try phone.agent.report() }
        try must(!"\(error)".contains("Ana"))
        phone.signer.fault.value = nil
        _ = try phone.agent.report()
        phone.transport.before.value = { _ in throw fault }
        let problem = try await phone.delivered().problem
        try must(kind(problem) == "Offline" && !"\(String(describing: problem))".contains("Ana"), "\(String(describing: problem))")
        let kept = FileManager.default.enumerator(atPath: phone.folder)!.compactMap { $0 as? String }
        try must(!kept.isEmpty)
        for file in kept {
            let bytes = FileManager.default.contents(atPath: "\(phone.folder)/\(file)") ?? Data()
            try must(bytes.range(of: Data("Ana".utf8)) == nil, file)
        }
        let other = try Phone()
        other.signer.fault.value = fault
        let refusal = try await refused("KeyUnavailable") { try await other.enrol() }
        try must(!"\(refusal)".contains("Ana"))
    }

    static let noKey: Body = {
        let phone = try Phone()
        for broken in [Data([4]) + Data(count: 63), Data([5]) + Data(count: 64), Data([120])] {
            phone.signer.brokenKey.value = broken
            try await refused("KeyUnavailable") { try await phone.enrol() }
        }
    }

    static let input: Body = {
        let phone = try Phone()
        try await refused("NotEnrolled") { try phone.agent.check(language: .en) }
        for server in ["http://example.com", "ftp://example.com", "https://user@example.com", "nothing"] {
            try await refused("BadInput") { try await phone.agent.enrol(server: server, token: "token", deviceRef: nil) }
        }
        try must(phone.transport.requests.value.isEmpty)
        let zeros = String(repeating: "0", count: 26)
        try await refused("Refused") { try await phone.agent.enrol(server: Server.url, token: zeros, deviceRef: nil) }
        let blocked = NSTemporaryDirectory() + "/a-file-\(UUID().uuidString)"
        try Data().write(to: URL(fileURLWithPath: blocked))
        for (folder, transport, name) in [(blocked + "/x", phone.transport, "Storage"), (phone.folder, nil, "BadInput")] {
            try await refused(name) {
                try PostureAgent.open(
                    setup: Phone.setup(folder), probe: phone.probe, signer: phone.signer, attestation: phone.signer,
                    succession: nil, transport: transport)
            }
        }
        var pinned = Phone.setup(phone.folder)
        pinned.pinnedRoot = "PEM"
        let setup = pinned
        // What a shell's own network believes is the shell's to see to.
        try await refused("BadInput") {
            try PostureAgent.open(
                setup: setup, probe: phone.probe, signer: phone.signer, attestation: phone.signer, succession: nil,
                transport: phone.transport)
        }
        let invitation = try readInvitation(given: "https://example.com/enrol#\(zeros)", server: nil)
        try mustEqual(invitation.server, "https://example.com")
        try await refused("BadInput") { try readInvitation(given: "hello", server: nil) }
        let configuration = readConfiguration(entries: ["server_url": "https://example.com", "report_interval_hours": "99"])
        try mustEqual(configuration.serverUrl, "https://example.com")
        try mustEqual(configuration.faults.map(\.key), ["report_interval_hours"])
    }

    // Enrolment.

    static let lostAnswer: Body = {
        let phone = try Phone()
        let before = try Server.devices()
        phone.transport.after.value = { if $0.url.hasSuffix("/v1/enrolments") { throw HttpError.Timeout } }
        try await refused("Offline") { try await phone.enrol() }
        phone.transport.after.value = nil
        try phone.reopen()
        try await phone.enrol()
        try mustEqual(phone.signer.attested.value, 1)
        try mustEqual(try Server.devices(), before + 1)
    }

    static let twoEmployers: Body = {
        let (first, second) = (try await Phone.enrolled(), try await Phone.enrolled())
        _ = try first.agent.report()
        let (one, other) = (try first.agent.status(language: .en), try second.agent.status(language: .en))
        try mustEqual([one.waiting, other.waiting], [1, 0])
        let device = other.enrolment!.device
        try must(one.enrolment!.device != device)
        try must(try first.agent.ledger().allSatisfy { !"\($0)".contains(device) })
    }

    static let assertion: Body = {
        let phone = try Phone()
        let (signer, succession) = (phone.signer, phone.succession)
        signer.bare.value = true
        signer.asserts.value = .appAssertion(object: Data("asserted".utf8))
        try await phone.enrol()
        let device = try phone.agent.status(language: .en).enrolment!.device
        try mustEqual(try Server.evidence(device), [])

        // The server would like some: what the key asserts over the challenge waits, and goes with the next delivery.
        _ = try phone.agent.report()
        try must(try await phone.delivered().problem == nil)
        try mustEqual(signer.asserted.value.count, 1)
        try mustEqual(succession.challenges.value.count, 0)
        let told = try await phone.delivered()
        try must(told.problem == nil && told.statementsWaiting == 0)
        let entries = try phone.agent.ledger().filter { $0.kind == .evidence }
        try mustEqual(entries.map(\.outcome), [.acknowledged])
        try must(entries[0].says.contains(String(decoding: signer.asserted.value[0], as: UTF8.self)))
        try must(entries[0].says.contains(Data("asserted".utf8).base64EncodedString()))

        // Nothing was attested that it could rest on: a key with evidence of its own follows.
        try mustEqual(try Server.evidence(device), [true])
        try mustEqual(succession.challenges.value.count, 1)
        try mustEqual(try await phone.delivered().statements, 1)
        try mustEqual(try Server.evidence(device), [true, false])
        try mustEqual(signer.asserted.value.count, 1)
    }

    static let succession: Body = {
        let phone = try await Phone.enrolled()
        let (signer, succession) = (phone.signer, phone.succession)
        let device = try phone.agent.status(language: .en).enrolment!.device
        let first = signer.key.value!.point

        // A phone that makes none now goes on with the key that it has.
        succession.fault.value = ShellError.KeyUnavailable
        try await refused("KeyUnavailable") { try phone.agent.rotateKey() }
        succession.fault.value = nil
        _ = try phone.agent.report()
        try mustEqual(try await phone.delivered().acknowledged, 1)
        try mustEqual(signer.signedBy.value, [first])
        try mustEqual(try Server.evidence(device), [true])

        // It is made once, and signs when the server has said that it knows it.
        try phone.agent.rotateKey()
        try phone.agent.rotateKey()
        let second = succession.next.value!.point
        _ = try phone.agent.report()
        phone.transport.after.value = { if $0.url.hasSuffix("/v1/keys") { throw HttpError.Timeout } }
        let lost = try await phone.delivered()
        try must(kind(lost.problem) == "Offline" && lost.statementsWaiting == 1, "\(lost)")
        try mustEqual(signer.signedBy.value, [first])
        try mustEqual(succession.adopted.value, [])
        phone.transport.after.value = nil
        try phone.reopen()
        var told = try await phone.delivered()
        try must(told.statements == 1 && told.acknowledged == 1 && told.waiting == 0 && told.problem == nil, "\(told)")
        try mustEqual(succession.adopted.value, [second])
        try mustEqual(succession.challenges.value.count, 1)
        signer.signedBy.value = []
        _ = try phone.agent.report()
        try mustEqual(try await phone.delivered().acknowledged, 1)
        try mustEqual(signer.signedBy.value, [second])
        try mustEqual(try Server.evidence(device), [true, false], "newest first")

        // That it was adopted is not known to the library, which says it again.
        try phone.agent.rotateKey()
        let third = succession.next.value!.point
        succession.lost.value = ShellError.KeyUnavailable
        try await refused("KeyUnavailable") { try await phone.delivered() }
        told = try await phone.delivered()
        try must(told.statements == 1 && told.problem == nil, "\(told)")
        try mustEqual(succession.adopted.value, [second, third, third])
        try mustEqual(succession.switches.value, 2)
        _ = try phone.agent.report()
        try mustEqual(try await phone.delivered().acknowledged, 1)
        try mustEqual(try Server.evidence(device), [true, false, false])
    }

    // Offline and back.

    static let offline: Body = {
        let phone = try await Phone.enrolled(Case.good.merging(["osVersion": .reported("13")]) { $1 })
        phone.transport.before.value = { _ in throw HttpError.Unreachable }
        _ = try phone.agent.report()
        _ = try await phone.delivered()
        try phone.reopen()
        var status = try phone.agent.status(language: .es)
        try must(status.posture!.provisional && status.posture!.state == .notCompliant && status.waiting == 1)
        try mustEqual(status.problems.first?.code, "offline")
        try must(status.sentAt == nil)
        try mustEqual(status.posture!.checks[0].check, .osVersion, "what needs doing first comes first")
        let held = try await phone.agent.deliver(urgency: .background)
        if case .backOff = held.held {} else { throw Failed(description: "\(held)") }
        try must(held.nextTry != nil)
        phone.transport.before.value = nil
        _ = try await phone.delivered()
        status = try phone.agent.status(language: .es)
        try must(!status.posture!.provisional && status.sentAt != nil && status.nextAt != nil && status.problems.isEmpty)
    }

    static let notice: Body = {
        let phone = try await Phone.enrolled(token: Server.noticeToken)
        try await refused("NoticePending") { try phone.agent.report() }
        var status = try phone.agent.status(language: .es)
        try must(status.notice!.pending && status.usageRules!.version == 3 && status.declarations.count == 1)
        try await refused("BadInput") { try phone.agent.acknowledge(subject: .notice, version: 3, language: .es) }
        try phone.agent.acknowledge(subject: .notice, version: 4, language: .es)
        try phone.agent.acknowledge(subject: .usageRules, version: 3, language: .es)
        try phone.agent.declare(declaration: .twoStepVerification, affirmed: true)
        try await refused("BadInput") { try phone.agent.declare(declaration: .awayMessage, affirmed: true) }
        try phone.reopen()
        status = try phone.agent.status(language: .en)
        try must(!status.notice!.pending && status.notice!.acknowledgedOn != nil && !status.usageRules!.pending)
        try must(status.declarations[0].affirmed == true && status.declarations[0].expiresOn != nil && status.waiting == 3)
        try must(try phone.agent.report().full)
        try mustEqual(try phone.agent.check(language: .en).state, .compliant)
    }

    // Async.

    static let slow: Body = {
        let phone = try await Phone.enrolled()
        _ = try phone.agent.report()
        let carriers = Shared<Set<UInt>>([])
        phone.transport.before.value = { _ in
            carriers.change { _ = $0.insert(UInt(pthread_self())) }
            usleep(300_000)
        }
        try await onMain(phone, carriers)
    }

    /// The main actor has one thread: were it kept, nothing would beat meanwhile.
    @MainActor
    private static func onMain(_ phone: Phone, _ carriers: Shared<Set<UInt>>) async throws {
        let beats = Shared<[Date]>([])
        let heart = Task { @MainActor in
            while !Task.isCancelled {
                beats.change { $0.append(Date()) }
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        let began = Date()
        try mustEqual(try await phone.delivered().acknowledged, 1)
        try must(Date().timeIntervalSince(began) >= 0.3)
        heart.cancel()
        let times = beats.value
        let longest = zip(times, times.dropFirst()).map { $1.timeIntervalSince($0) }.max() ?? 1
        try must(times.count > 10 && longest < 0.2, "\(times.count) beats, the longest pause \(longest) s")
        try must(!carriers.value.contains(UInt(pthread_self())) && !carriers.value.isEmpty)
    }

    /// Stops the phone at its nth request, before or after it; gives up what was begun; lets the request go on later.
    ///
    /// Swift's generated code does not pass cancellation on: the call goes on and ends as it would have. So what is
    /// looked at is that it does, and that whoever comes meanwhile is told.
    private static func givenUp(
        _ phone: Phone, _ request: Int, after: Bool, _ begin: @escaping @Sendable () async throws -> Void
    ) async -> Bool {
        let (reached, goOn, count) = (Gate(), Gate(), Shared(0))
        let stop: Transport.Hook = { _ in
            let number = count.change { count in
                count += 1
                return count
            }
            if number == request {
                reached.open()
                goOn.wait()
            }
        }
        (after ? phone.transport.after : phone.transport.before).value = stop
        let task = Task {
            defer { reached.open() }
            try await begin()
        }
        await reached.opening()
        task.cancel()
        let underWay = count.value >= request
        goOn.open()
        _ = await task.result
        phone.transport.before.value = nil
        phone.transport.after.value = nil
        return underWay
    }

    static let deliveryGivenUp: Body = {
        let phone = try await Phone.enrolled()
        var (sequence, stopped): (UInt64, Int) = (0, 0)
        for request in 1...11 {
            for after in [false, true] {
                phone.probe.saw.change { $0["model"] = .reported("Pixel \(request) \(after)") }
                sequence = try phone.agent.report().sequence
                if await givenUp(phone, request, after: after, { _ = try await phone.delivered() }) { stopped += 1 }
                let delivery = try await phone.delivered()
                try must(delivery.waiting == 0 && delivery.problem == nil, "request \(request): \(delivery)")
            }
        }
        try must(stopped >= 2, "given up \(stopped) times")
        try must(try phone.agent.status(language: .en).problems.isEmpty)
        try mustEqual(try phone.reports().map(\.sequence), (1...sequence).map { Optional($0) })
        try must(try phone.reports().allSatisfy { $0.outcome == .acknowledged })
    }

    static let enrolmentGivenUp: Body = {
        let before = try Server.devices()
        var enrolled = 0
        for request in 1...3 {
            for after in [false, true] {
                let phone = try Phone()
                _ = await givenUp(phone, request, after: after) { try await phone.enrol() }
                try must(try phone.agent.status(language: .en).enrolment != nil)
                enrolled += 1
                _ = try phone.agent.report()
                try mustEqual(try await phone.delivered().acknowledged, 1)
            }
        }
        try mustEqual(try Server.devices(), before + enrolled)
    }

    static let second: Body = {
        let phone = try await Phone.enrolled()
        _ = try phone.agent.report()
        let (reached, goOn) = (Gate(), Gate())
        phone.transport.before.value = { _ in
            reached.open()
            goOn.wait()
        }
        let first = Task { try await phone.delivered() }
        await reached.opening()
        try await refused("UnderWay") { try await phone.delivered() }
        goOn.open()
        try mustEqual(try await first.value.acknowledged, 1)
    }

    // The end.

    static let shutdown: Body = {
        var phone: Phone? = try await Phone.enrolled()
        let (agent, folder) = (phone!.agent, phone!.folder)
        _ = try agent.report()
        let (reached, goOn) = (Gate(), Gate())
        phone!.transport.before.value = { _ in
            reached.open()
            goOn.wait(seconds: 30)
        }
        let delivery = Task { try await agent.deliver(urgency: .personAsked) }
        await reached.opening()
        let device = try agent.status(language: .en).enrolment!.device
        let began = Date()
        agent.shutdown()
        try await refused("Closed") { try await delivery.value }
        try must(Date().timeIntervalSince(began) < 2, "it waited for the network")
        goOn.open()
        try await refused("Closed") { try agent.report() }
        try await refused("Closed") { try agent.ledger() }
        try await refused("Closed") { try agent.check(language: .en) }
        try await refused("Closed") { try agent.status(language: .en) }
        try await refused("Closed") { try await agent.deliver(urgency: .background) }
        try await refused("Closed") { try await agent.enrol(server: Server.url, token: "token", deviceRef: nil) }
        try await refused("Closed") { try await agent.withdraw() }
        try await refused("Closed") { try agent.rotateKey() }
        agent.shutdown()
        let parts = Parts(phone!)
        phone = nil
        for _ in 0..<200 where !parts.gone { try await Task.sleep(for: .milliseconds(20)) }
        try must(parts.gone, "the library still holds the shell")
        try mustEqual(try Phone(folder: folder).agent.status(language: .en).enrolment!.device, device)
    }

    private final class Parts: @unchecked Sendable {
        private weak var probe: Probe?
        private weak var signer: Signer?
        private weak var succession: Succession?
        private weak var transport: Transport?
        init(_ phone: Phone) {
            (probe, signer, succession, transport) = (phone.probe, phone.signer, phone.succession, phone.transport)
        }
        var gone: Bool { probe == nil && signer == nil && succession == nil && transport == nil }
    }

    /// The company closes this device, and a delivery hears of it.
    private static func close(_ phone: Phone) async throws {
        try Server.close(phone.agent.status(language: .en).enrolment!.device)
        _ = try phone.agent.report()
        try await refused("DeviceClosed") { try await phone.agent.deliver(urgency: .personAsked) }
    }

    static let closing: Body = {
        let phone = try await Phone.enrolled()
        _ = try phone.agent.report()
        try mustEqual(try await phone.agent.deliver(urgency: .personAsked).acknowledged, 1)
        try await close(phone)
        try await refused("DeviceClosed") { try phone.agent.report() }
        try await refused("DeviceClosed") { try await phone.agent.deliver(urgency: .background) }
        let status = try phone.agent.status(language: .en)
        try must(status.enrolment!.closed && status.enrolment!.left && status.waiting == 0)
        try mustEqual(status.problems.map(\.code), ["device-closed"])
        try must("\(try phone.agent.ledger().last!.outcome)".contains("device-closed"))
        let again = try await phone.agent.enrol(server: Server.url, token: Server.newToken(), deviceRef: nil)
        try must(again.device != status.enrolment!.device)
        let now = try phone.agent.status(language: .en)
        try must(!now.enrolment!.closed && !now.enrolment!.left && now.problems.isEmpty)
        _ = try phone.agent.report()
        try mustEqual(try await phone.agent.deliver(urgency: .personAsked).acknowledged, 1)
    }

    static let leaving: Body = {
        let phone = try await Phone.enrolled()
        _ = try phone.agent.report()
        phone.transport.before.value = { _ in throw HttpError.Unreachable }
        try await refused("Offline") { try await phone.agent.withdraw() }
        try must(try phone.agent.status(language: .en).withdraws)
        phone.transport.before.value = nil
        try mustEqual(try await phone.agent.withdraw(), .told)
        let status = try phone.agent.status(language: .en)
        try must(status.enrolment == nil && status.posture == nil && status.notice == nil)
        try await refused("NotEnrolled") { try phone.agent.report() }
        try must(try phone.agent.ledger().contains { $0.kind == .statement })
        try must(try phone.reports().isEmpty, "what was queued left no more")
        let left = try FileManager.default.contentsOfDirectory(atPath: phone.folder)
            .filter { !$0.hasPrefix(".") && !$0.hasPrefix("ledger-") }
        try must(left.isEmpty, "\(left)")
    }

    static let leavingUntold: Body = {
        let (known, unknown, lost) = (try await Phone.enrolled(), try await Phone.enrolled(), try await Phone.enrolled())
        try await close(known)
        try Server.close(unknown.agent.status(language: .en).enrolment!.device)
        lost.signer.fault.value = ShellError.KeyLost
        for (phone, leaving) in [(known, Leaving.closed), (unknown, .closed), (lost, .untold)] {
            try mustEqual(try await phone.agent.withdraw(), leaving)
            try must(try phone.agent.status(language: .en).enrolment == nil && !phone.agent.ledger().isEmpty)
        }
        let kept = try await Phone.enrolled()
        kept.signer.fault.value = ShellError.KeyUnavailable
        try await refused("KeyUnavailable") { try await kept.agent.withdraw() }
        try must(try kept.agent.status(language: .en).enrolment != nil)
    }

    // Load.

    static let threads: Body = {
        let phone = try await Phone.enrolled()
        let (numbers, faults) = (Shared<[UInt64]>([]), Shared<[String]>([]))
        let ended = Shared(0)
        for _ in 0..<8 {
            Thread.detachNewThread {
                for _ in 0..<10 {
                    do {
                        _ = try phone.agent.check(language: .en)
                        let number = try phone.agent.report().sequence
                        numbers.change { $0.append(number) }
                        _ = try phone.agent.status(language: .es)
                    } catch { faults.change { $0.append("\(error)") } }
                }
                ended.change { $0 += 1 }
            }
        }
        while ended.value < 8 { try await Task.sleep(for: .milliseconds(5)) }
        try mustEqual(faults.value, [])
        try mustEqual(numbers.value.sorted(), Array(1...80))
        try mustEqual(phone.probe.threads.value.count, 8)
        while try await phone.delivered().waiting > 0 {}
        try mustEqual(try phone.reports().map(\.sequence), (1...80).map { Optional($0) })
        try must(try phone.reports().allSatisfy { $0.outcome == .acknowledged })
    }

    static let crossings: Body = {
        let phone = try await Phone.enrolled()
        _ = try phone.agent.report()
        _ = try await phone.agent.deliver(urgency: .background)
        phone.crossings.value = []
        _ = try phone.agent.report()
        try mustEqual(try await phone.agent.deliver(urgency: .background).acknowledged, 1)
        let all = ["report", "deliver"] + phone.crossings.value
        try must(all.count <= 5, "\(all)")
    }

    static let growth: Body = {
        let count = Int(ProcessInfo.processInfo.environment["ATALAYA_CHECK_INS"] ?? "") ?? 10_000
        let checkIn = { @Sendable (times: Int) in
            // A server takes 600 calls of one device at once, so there are several, one after the other.
            for first in stride(from: 0, to: times, by: 500) {
                let phone = try await Phone.enrolled()
                for _ in 0..<min(times - first, 500) {
                    _ = try phone.agent.report()
                    let delivery = try await phone.delivered()
                    try must(delivery.acknowledged == 1 && delivery.waiting == 0, "\(delivery)")
                    _ = try phone.agent.status(language: .es)
                    phone.crossings.value = []
                    phone.transport.requests.value = []
                    phone.probe.wanted.value = []
                    phone.probe.threads.value = []
                }
                phone.agent.shutdown()
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        try await checkIn(max(count / 10, 100))
        let before = Footprint()
        try await checkIn(count)
        let after = Footprint()
        let grown = after.bytes - before.bytes
        say("FIGURE bridge, Swift: memory growth per check-in over \(count): \(grown / count) bytes (goal ≤ 200)")
        // A heap's own ups and downs, of which few check-ins make much.
        try must(grown <= 200 * count + 512 * 1024, "\(before), then \(after)")
        try must(after.files <= before.files && after.threads <= before.threads + 1, "\(before), then \(after)")
    }

    /// What this process holds.
    private struct Footprint {
        let bytes: Int
        let files: Int
        let threads: Int
        init() {
            let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
            bytes = (Int(pages.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
            files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
            threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
        }
    }
}

extension Phone {
    func enrol() async throws { _ = try await agent.enrol(server: Server.url, token: Server.token, deviceRef: nil) }
}
