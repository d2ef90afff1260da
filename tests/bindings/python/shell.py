"""A shell in Python: the five ports, each scriptable, each counting what crosses."""

import threading
import urllib.error
import urllib.request

import atalaya as a
from p256 import Key

WORDS = {
    "storageEncryption": (a.StorageEncryptionReading, a.StorageEncryption),
    "lockComplexity": (a.LockComplexityReading, a.LockComplexity),
    "presence": (a.PresenceReading, a.Presence),
    "whatsappConsumer": (a.PresenceReading, a.Presence),
    "bootState": (a.BootStateReading, a.BootState),
}
FLAGS = {"screenLock", "ownAppGenuine", "developerOptions", "adb"}


def word(kind, text):
    return kind[text.upper().replace("-", "_")]


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def reading(name, wire):
    """A reading of the wire as its type here."""
    if name in FLAGS:
        kind, value = a.FlagReading, lambda value: value
    elif name == "signers":
        kind, value = a.TextsReading, lambda value: value
    elif name in ("rootSigns", "mutedRootSigns"):
        kind, value = a.RootSignsReading, lambda value: [word(a.RootSign, one) for one in value]
    elif name in WORDS:
        kind, words = WORDS[name]
        value = lambda value: word(words, value)
    else:
        kind, value = a.TextReading, lambda value: value
    if "unknown" in wire:
        return kind.UNKNOWN(word(a.UnknownReason, wire["unknown"]))
    return kind.KNOWN(value(wire["value"]), word(a.Evidence, wire["evidence"]))


def facts(wire):
    """Facts by their names in the field table as the library's facts."""
    app, own = {}, {}
    for name, one in wire.items():
        if one is None:
            continue
        if name.startswith("whatsappBusiness."):
            part = name.split(".")[1]
            app[snake(part)] = reading(part, one)
        else:
            own[snake(name)] = reading(name, one)
    return a.Facts(whatsapp_business=a.AppFacts(**app) if app else None, **own)


class Probe(a.DeviceProbe):
    def __init__(self, crossings, saw):
        self.crossings, self.saw, self.wanted, self.fault, self.threads = crossings, saw, [], None, set()

    def facts(self, wanted):
        self.crossings.append("facts")
        self.wanted.append(wanted)
        self.threads.add(threading.get_ident())
        if self.fault:
            raise self.fault
        return facts(self.saw)


class Signer(a.ReportSigner, a.AttestationSource):
    """A key that is made together with its evidence, as Android's is, unless it is `bare`. `asserts` is what it gives of
    the key later, as iOS's does. Every other signature is DER."""

    def __init__(self, crossings):
        self.crossings, self.key, self.attested, self.fault, self.broken_key = crossings, None, 0, None, None
        self.signed_by, self.bare, self.asserts, self.asserted = [], False, None, []

    def attest(self, challenge):
        self.crossings.append("attest")
        if self.fault:
            raise self.fault
        self.attested += 1
        self.key = Key()
        return a.AttestationEvidence.NONE() if self.bare else evidence(challenge)

    def assertion(self, challenge):
        self.crossings.append("assertion")
        if self.fault:
            raise self.fault
        self.asserted.append(challenge)
        return self.asserts or a.AttestationEvidence.NONE()

    def public_key(self):
        self.crossings.append("public_key")
        return self.broken_key or self.key.point

    def sign(self, message):
        self.crossings.append("sign")
        if self.fault:
            raise self.fault
        self.signed_by.append(self.key.point)
        return self.key.sign(message, der=len(self.signed_by) % 2 == 1)


class Succession(a.KeySuccession):
    """Makes the key after the signer's. `fault` keeps it from being made, `lost` is raised once a key was adopted."""

    def __init__(self, crossings, signer):
        self.crossings, self.signer, self.next, self.fault, self.lost = crossings, signer, None, None, None
        self.challenges, self.adopted, self.switches = [], [], 0

    def make_next(self, challenge):
        self.crossings.append("make_next")
        if self.fault:
            raise self.fault
        self.challenges.append(challenge)
        self.next = Key()
        return a.NextKey(public_key=self.next.point, evidence=evidence(challenge))

    def sign_with_next(self, message):
        self.crossings.append("sign_with_next")
        return self.next.sign(message)

    def adopt(self, public_key):
        self.crossings.append("adopt")
        self.adopted.append(public_key)
        if self.signer.key.point != public_key:
            if self.next is None or self.next.point != public_key:
                raise a.ShellError.KeyLost()
            self.signer.key, self.next = self.next, None
            self.switches += 1
        lost, self.lost = self.lost, None
        if lost:
            raise lost


def evidence(challenge):
    return a.AttestationEvidence.ANDROID_CHAIN([b"leaf over " + challenge, b"root"])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Transport(a.HttpTransport):
    """urllib. `before` and `after` are called around each request and may raise."""

    def __init__(self, crossings):
        self.crossings, self.before, self.after, self.requests = crossings, None, None, []
        self.opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))

    def call(self, request):
        self.crossings.append("call")
        self.requests.append(request.url)
        if self.before:
            self.before(request)
        answer = self.send(request)
        if self.after:
            self.after(request)
        return answer

    def send(self, request):
        headers = {header.name: header.value for header in request.headers}
        sent = urllib.request.Request(request.url, request.body, headers, method=request.method)
        try:
            with self.opener.open(sent, timeout=request.timeout_seconds) as answer:
                return self.read(answer, request.longest_answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return self.read(answer, request.longest_answer)
        except TimeoutError:
            raise a.HttpError.Timeout() from None
        except (urllib.error.URLError, ConnectionError):
            raise a.HttpError.Unreachable() from None

    def read(self, answer, longest):
        body = answer.read(longest + 1)
        if len(body) > longest:
            raise a.HttpError.TooLong()
        headers = [a.HttpHeader(name=name, value=value) for name, value in answer.headers.items()]
        return a.HttpResponse(status=answer.status, headers=headers, body=body)


class Shell:
    """One enrolment's shell and its agent."""

    def __init__(self, folder, saw, platform=a.Platform.ANDROID):
        self.crossings = []
        self.folder, self.platform = str(folder), platform
        self.probe, self.signer = Probe(self.crossings, dict(saw)), Signer(self.crossings)
        self.succession = Succession(self.crossings, self.signer)
        self.transport = Transport(self.crossings)
        self.open()

    def open(self):
        setup = a.Setup(folder=self.folder, platform=self.platform, agent_version="0.1.0")
        self.agent = a.PostureAgent.open(
            setup, self.probe, self.signer, self.signer, self.succession, self.transport
        )
        return self.agent
