import AtalayaCore
import Foundation

/// A value that several threads touch.
final class Shared<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var held: Value
    init(_ value: Value) { held = value }
    var value: Value {
        get { lock.withLock { held } }
        set { lock.withLock { held = newValue } }
    }
    func change<Result>(_ body: (inout Value) -> Result) -> Result { lock.withLock { body(&held) } }
}

/// Opens once; whoever waits goes on.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var opened = false
    var isOpen: Bool { condition.withLock { opened } }
    func open() {
        condition.withLock {
            opened = true
            condition.broadcast()
        }
    }
    func wait(seconds: Double = 10) {
        let until = Date(timeIntervalSinceNow: seconds)
        condition.withLock { while !opened, condition.wait(until: until) {} }
    }
    func opening() async {
        while !isOpen { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

/// A shell by Linux's own means: the five ports, each scriptable, each counting what crosses.
final class Phone: @unchecked Sendable {
    let folder: String
    let crossings = Shared<[String]>([])
    let probe: Probe
    let signer: Signer
    let succession: Succession
    let transport: Transport
    private(set) var agent: PostureAgent

    init(_ saw: [String: Seen] = Case.good, folder: String? = nil) throws {
        self.folder = folder ?? NSTemporaryDirectory() + "/phone-\(UUID().uuidString)"
        probe = Probe(crossings, saw)
        signer = Signer(crossings)
        succession = Succession(crossings, signer)
        transport = Transport(crossings)
        agent = try PostureAgent.open(
            setup: Self.setup(self.folder), probe: probe, signer: signer, attestation: signer, succession: succession,
            transport: transport)
    }

    static func setup(_ folder: String) -> Setup {
        Setup(folder: folder, platform: .android, agentVersion: "0.1.0")
    }

    static func enrolled(_ saw: [String: Seen] = Case.good, token: String = Server.token) async throws -> Phone {
        let phone = try Phone(saw)
        _ = try await phone.agent.enrol(server: Server.url, token: token, deviceRef: nil)
        return phone
    }

    /// As after the app was ended and started again.
    func reopen() throws {
        agent = try PostureAgent.open(
            setup: Self.setup(folder), probe: probe, signer: signer, attestation: signer, succession: succession,
            transport: transport)
    }

    func delivered() async throws -> Delivery { try await agent.deliver(urgency: .personAsked) }
    func reports() throws -> [LedgerEntry] { try agent.ledger().filter { $0.kind == .report } }
}

final class Probe: DeviceProbe {
    let saw: Shared<[String: Seen]>
    let wanted = Shared<[WantedFacts]>([])
    let threads = Shared<Set<UInt>>([])
    let fault = Shared<(any Error)?>(nil)
    private let crossings: Shared<[String]>

    init(_ crossings: Shared<[String]>, _ saw: [String: Seen]) {
        self.crossings = crossings
        self.saw = Shared(saw)
    }

    func facts(wanted: WantedFacts) throws -> Facts {
        crossings.change { $0.append("facts") }
        self.wanted.change { $0.append(wanted) }
        _ = threads.change { $0.insert(UInt(pthread_self())) }
        if let fault = fault.value { throw fault }
        return read(saw.value)
    }
}

/// A key that is made together with its evidence.
final class Signer: ReportSigner, AttestationSource {
    let attested = Shared(0)
    let fault = Shared<(any Error)?>(nil)
    let brokenKey = Shared<Data?>(nil)
    let key = Shared<Key?>(nil)
    let signedBy = Shared<Set<Data>>([])
    /// Whether the key is made without evidence.
    let bare = Shared(false)
    /// What it gives of the key later, as iOS's does, and over which challenges it was asked to.
    let asserts = Shared<AttestationEvidence>(.none)
    let asserted = Shared<[Data]>([])
    private let crossings: Shared<[String]>

    init(_ crossings: Shared<[String]>) { self.crossings = crossings }

    func attest(challenge: Data) throws -> AttestationEvidence {
        crossings.change { $0.append("attest") }
        if let fault = fault.value { throw fault }
        attested.change { $0 += 1 }
        key.value = Key()
        return bare.value ? .none : Self.evidence(challenge)
    }

    func assertion(challenge: Data) throws -> AttestationEvidence {
        crossings.change { $0.append("assertion") }
        if let fault = fault.value { throw fault }
        asserted.change { $0.append(challenge) }
        return asserts.value
    }

    func publicKey() throws -> Data {
        crossings.change { $0.append("publicKey") }
        if let broken = brokenKey.value { return broken }
        guard let key = key.value else { throw ShellError.KeyLost }
        return key.point
    }

    func sign(message: Data) throws -> Data {
        crossings.change { $0.append("sign") }
        if let fault = fault.value { throw fault }
        guard let key = key.value else { throw ShellError.KeyLost }
        signedBy.change { _ = $0.insert(key.point) }
        return key.sign(message)
    }

    static func evidence(_ challenge: Data) -> AttestationEvidence {
        .androidChain(certificates: [Data("leaf over ".utf8) + challenge, Data("root".utf8)])
    }
}

/// Makes the key after the signer's. `fault` keeps it from being made, `lost` is thrown once a key was adopted.
final class Succession: KeySuccession {
    let next = Shared<Key?>(nil)
    let challenges = Shared<[Data]>([])
    let adopted = Shared<[Data]>([])
    let switches = Shared(0)
    let fault = Shared<(any Error)?>(nil)
    let lost = Shared<(any Error)?>(nil)
    private let signer: Signer
    private let crossings: Shared<[String]>

    init(_ crossings: Shared<[String]>, _ signer: Signer) { (self.crossings, self.signer) = (crossings, signer) }

    func makeNext(challenge: Data) throws -> NextKey {
        crossings.change { $0.append("makeNext") }
        if let fault = fault.value { throw fault }
        challenges.change { $0.append(challenge) }
        let key = Key()
        next.value = key
        return NextKey(publicKey: key.point, evidence: Signer.evidence(challenge))
    }

    func signWithNext(message: Data) throws -> Data {
        crossings.change { $0.append("signWithNext") }
        guard let key = next.value else { throw ShellError.KeyLost }
        return key.sign(message)
    }

    func adopt(publicKey: Data) throws {
        crossings.change { $0.append("adopt") }
        adopted.change { $0.append(publicKey) }
        if signer.key.value?.point != publicKey {
            guard let key = next.value, key.point == publicKey else { throw ShellError.KeyLost }
            signer.key.value = key
            next.value = nil
            switches.change { $0 += 1 }
        }
        if let lost = lost.value {
            self.lost.value = nil
            throw lost
        }
    }
}

/// `before` and `after` are called around each request and may throw.
final class Transport: HttpTransport {
    typealias Hook = @Sendable (HttpRequest) throws -> Void
    let requests = Shared<[String]>([])
    let before = Shared<Hook?>(nil)
    let after = Shared<Hook?>(nil)
    private let crossings: Shared<[String]>

    init(_ crossings: Shared<[String]>) { self.crossings = crossings }

    func call(request: HttpRequest) throws -> HttpResponse {
        crossings.change { $0.append("call") }
        requests.change { $0.append(request.url) }
        try before.value?(request)
        let answer = try Network.send(request)
        try after.value?(request)
        return answer
    }
}
