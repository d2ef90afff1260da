"""The list of cases of ../README.md, in its order. Each is a function whose name is the case's."""

import asyncio
import gc
import json
import os
import threading
import time
import weakref
from base64 import b64decode
from datetime import datetime, timedelta, timezone
from pathlib import Path

import atalaya as a
from shell import Shell, word

HERE = Path(__file__).parent.parent
CASES = json.loads((HERE / "cases.json").read_text())
GOOD = CASES["good"]["facts"]
SECRET = "Ana's phone, +34 600 000 000"


class World:
    """What every case gets: a server, and shells in folders of their own."""

    def __init__(self, server, folder):
        self.server, self.folder, self.count, self.revision = server, folder, 0, 100

    def newer_policy(self):
        """The same policy under a higher number."""
        self.revision += 1
        policy = self.folder / "newer.yaml"
        policy.write_text((HERE / "policy.yaml").read_text().replace("revision: 10", f"revision: {self.revision}"))
        self.server.apply(policy, "bridge")

    def shell(self, saw=GOOD, platform=a.Platform.ANDROID):
        self.count += 1
        return Shell(self.folder / f"phone-{self.count}", saw, platform)

    async def enrolled(self, saw=GOOD, group="bridge"):
        shell = self.shell(saw)
        enrolment = await shell.agent.enrol(self.server.url, self.server.token(group), None)
        shell.device = enrolment.device
        return shell

    async def closed(self, shell):
        """The company closes this device, and a delivery hears of it. Gives its name."""
        self.server.run("device", "close", shell.device, "--retired")
        shell.agent.report()
        await refused(a.AgentError.DeviceClosed, lambda: shell.agent.deliver(a.Urgency.PERSON_ASKED))
        return shell.device


async def refused(kind, call):
    """The error of this kind that a call must end with."""
    try:
        result = call()
        if asyncio.iscoroutine(result):
            await result
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def said(error):
    return f"{error!r} {error} {getattr(error, 'reason', '')}"


def verdicts(posture):
    spell = lambda one: one.name.lower().replace("_", "-")
    return {spell(one.check): [spell(one.verdict), one.reason, spell(one.remediation)] for one in posture.checks}


# Facts in, verdicts out.


async def facts_go_in_and_verdicts_come_out(world):
    shell, wrong = await world.enrolled(), []
    for case in CASES["cases"]:
        shell.probe.saw = {**GOOD, **case.get("facts", {})}
        posture = shell.agent.check(a.Language.EN)
        expected = {**CASES["good"]["verdicts"], **case.get("verdicts", {})}
        wrong += [(case["name"], check, verdict) for check, verdict in verdicts(posture).items() if verdict != expected[check]]
        if posture.state != word(a.DeviceState, case["state"]) or len(posture.checks) != len(expected):
            wrong.append((case["name"], posture.state))
        assert posture.provisional
    assert not wrong, wrong
    print(f"    {len(CASES['cases'])} sets of facts")


async def the_server_judges_what_crossed_as_the_phone_did(world):
    shell = await world.enrolled()
    for case in CASES["cases"]:
        shell.probe.saw = {**GOOD, **case.get("facts", {})}
        own = shell.agent.check(a.Language.EN)
        shell.agent.report()
        delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
        assert delivery.acknowledged == 1 and delivery.problem is None, delivery
        theirs = shell.agent.status(a.Language.EN).posture
        assert not theirs.provisional
        assert (verdicts(theirs), theirs.state) == (verdicts(own), own.state), case["name"]


async def the_probe_is_asked_once_and_only_for_what_the_policy_asks(world):
    shell = await world.enrolled()
    shell.agent.check(a.Language.ES)
    [wanted] = shell.probe.wanted
    asked = set(wanted.facts)
    assert len(asked) == len(wanted.facts)
    assert wanted.muted_root_signs == [a.RootSign.TEST_KEYS], wanted.muted_root_signs
    left_out = {a.Fact.SECURITY_PATCH, a.Fact.BOOT_STATE, a.Fact.WHATSAPP_BUSINESS_SIGNERS}
    assert asked.isdisjoint(left_out) and a.Fact.SCREEN_LOCK in asked, asked
    shell.probe.saw["securityPatch"] = {"value": "2026-11-05", "evidence": "os-reported"}
    shell.agent.report()
    await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    report = [entry for entry in shell.agent.ledger() if entry.kind == a.Sent.REPORT][-1]
    assert "securityPatch" not in report.says and "screenLock" in report.says
    assert report.outcome.is_acknowledged() and report.to.endswith("/v1/reports")


async def words_are_in_the_language_that_is_asked_for(world):
    shell = await world.enrolled({**GOOD, "screenLock": {"value": False, "evidence": "os-reported"}})
    lock = lambda language: next(c for c in shell.agent.check(language).checks if c.check == a.Check.SCREEN_LOCK)
    es, en = lock(a.Language.ES), lock(a.Language.EN)
    assert (es.title, en.title) == ("Bloqueo de pantalla", "Screen lock")
    assert es.fix and en.fix and es.fix != en.fix


# Errors of the shell.


async def a_declared_error_arrives_as_what_it_is(world):
    shell = await world.enrolled()
    shell.probe.fault = a.ShellError.Failed("no such service")
    assert "no such service" in (await refused(a.AgentError.ProbeFailed, shell.agent.report)).reason
    shell.probe.fault = None
    for fault, kind in [
        (a.ShellError.KeyLost(), a.AgentError.KeyLost),
        (a.ShellError.KeyUnavailable(), a.AgentError.KeyUnavailable),
        (a.ShellError.Failed("busy"), a.AgentError.KeyUnavailable),
    ]:
        shell.signer.fault = fault
        await refused(kind, shell.agent.report)
    shell.signer.fault = None
    shell.agent.report()
    for fault, kind in [
        (a.HttpError.Unreachable(), a.AgentError.Offline),
        (a.HttpError.Timeout(), a.AgentError.Offline),
        (a.HttpError.TooLong(), a.AgentError.Offline),
        (a.HttpError.Broken(), a.AgentError.Offline),
        (a.HttpError.Identity("self-signed"), a.AgentError.ServerUntrusted),
    ]:
        shell.transport.before = raising(fault)
        delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
        assert isinstance(delivery.problem, kind) and delivery.waiting == 1, (fault, delivery)
    shell.transport.before = None
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1


async def an_undeclared_error_is_an_error_and_says_nothing_but_its_class(world):
    shell = await world.enrolled()
    fault = ValueError(SECRET)
    shell.probe.fault = fault
    for call in (shell.agent.report, lambda: shell.agent.check(a.Language.EN)):
        error = await refused(a.AgentError.ProbeFailed, call)
        assert "ValueError" in said(error) and "Ana" not in said(error) and "600" not in said(error), said(error)
    shell.probe.fault = None
    shell.signer.fault = fault
    assert "Ana" not in said(await refused(a.AgentError.KeyUnavailable, shell.agent.report))
    shell.signer.fault = None
    shell.agent.report()
    shell.transport.before = raising(fault)
    delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert isinstance(delivery.problem, a.AgentError.Offline) and "Ana" not in said(delivery.problem)
    kept = "".join(one.read_text(errors="replace") for one in Path(shell.folder).iterdir() if one.is_file())
    assert "Ana" not in kept
    other = world.shell()
    other.signer.fault = fault
    error = await refused(a.AgentError.KeyUnavailable, lambda: other.agent.enrol(world.server.url, world.server.token("bridge"), None))
    assert "Ana" not in said(error)


async def a_key_that_is_none_is_no_crash(world):
    shell = world.shell()
    for broken in (b"\x04" + bytes(63), b"\x05" + bytes(64), b"x"):
        shell.signer.broken_key = broken
        await refused(a.AgentError.KeyUnavailable, lambda: shell.agent.enrol(world.server.url, world.server.token("bridge"), None))


async def what_is_wrong_with_input_is_said(world):
    shell = world.shell()
    await refused(a.AgentError.NotEnrolled, lambda: shell.agent.check(a.Language.EN))
    for server in ("http://example.com", "ftp://example.com", "https://user@example.com", "nothing"):
        await refused(a.AgentError.BadInput, lambda: shell.agent.enrol(server, "token", None))
    assert shell.transport.requests == []
    assert (await refused(a.AgentError.Refused, lambda: shell.agent.enrol(world.server.url, "0" * 26, None))).code
    blocked = world.folder / "a-file"
    blocked.write_text("")
    setup = a.Setup(folder=str(blocked / "x"), platform=a.Platform.IOS, agent_version="0.1.0")
    await refused(a.AgentError.Storage, lambda: a.PostureAgent.open(setup, shell.probe, shell.signer, shell.signer, None, shell.transport))
    await refused(a.AgentError.BadInput, lambda: a.PostureAgent.open(setup_of(shell), shell.probe, shell.signer, shell.signer, None, None))
    # What a shell's own network believes is the shell's to see to.
    setup = a.Setup(folder=shell.folder, platform=shell.platform, agent_version="0.1.0", pinned_root="PEM")
    await refused(a.AgentError.BadInput, lambda: a.PostureAgent.open(setup, shell.probe, shell.signer, shell.signer, None, shell.transport))
    assert a.read_invitation(f"https://example.com/enrol#{'0' * 26}", None).server == "https://example.com"
    await refused(a.AgentError.BadInput, lambda: a.read_invitation("hello", None))
    configuration = a.read_configuration({"server_url": "https://example.com", "report_interval_hours": "99"})
    assert configuration.server_url == "https://example.com" and configuration.report_interval_hours == 6
    assert [fault.key for fault in configuration.faults] == ["report_interval_hours"]


# Enrolment.


async def a_lost_answer_makes_no_second_key_and_no_second_device(world):
    shell, token = world.shell(), world.server.token("bridge")
    before = world.server.enrolments()
    shell.transport.after = lambda request: raise_when(request.url.endswith("/v1/enrolments"), a.HttpError.Timeout())
    await refused(a.AgentError.Offline, lambda: shell.agent.enrol(world.server.url, token, None))
    shell.transport.after = None
    shell.open()
    enrolment = await shell.agent.enrol(world.server.url, token, None)
    assert shell.signer.attested == 1 and world.server.enrolments() == before + 1
    assert len(world.server.attestation(enrolment.device)["android-chain"]) == 2


async def two_employers_are_two_folders_that_know_nothing_of_each_other(world):
    first, second = await world.enrolled(), await world.enrolled()
    first.agent.report()
    assert (first.agent.status(a.Language.EN).waiting, second.agent.status(a.Language.EN).waiting) == (1, 0)
    assert first.device != second.device
    assert all(str(entry).find(second.device) < 0 for entry in first.agent.ledger())


async def another_key_takes_the_place_of_the_devices_and_is_adopted_once(world):
    shell = await world.enrolled()
    signer, succession, first = shell.signer, shell.succession, shell.signer.key.point

    # A phone that makes none now goes on with the key that it has.
    succession.fault = a.ShellError.KeyUnavailable()
    await refused(a.AgentError.KeyUnavailable, shell.agent.rotate_key)
    succession.fault = None
    shell.agent.report()
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1
    assert set(signer.signed_by) == {first} and succession.adopted == []
    assert [current for current, _ in world.server.evidence(shell.device)] == [True]

    # It is made once, and signs when the server has said that it knows it.
    shell.agent.rotate_key()
    shell.agent.rotate_key()
    [challenge], second = succession.challenges, succession.next.point
    shell.agent.report()
    shell.transport.after = lambda request: raise_when(request.url.endswith("/v1/keys"), a.HttpError.Timeout())
    lost = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert isinstance(lost.problem, a.AgentError.Offline) and lost.statements_waiting == 1, lost
    assert set(signer.signed_by) == {first} and succession.adopted == []
    shell.transport.after = None
    shell.open()
    told = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert (told.statements, told.acknowledged, told.waiting, told.problem) == (1, 1, 0, None), told
    assert succession.adopted == [second] and len(succession.challenges) == 1
    signer.signed_by.clear()
    shell.agent.report()
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1
    assert set(signer.signed_by) == {second}
    held = world.server.evidence(shell.device)
    assert [current for current, _ in held] == [False, True]
    leaf = b64decode(world.server.attestation(shell.device)["android-chain"][0])
    assert leaf == b"leaf over " + challenge, leaf

    # That it was adopted is not known to the library, which says it again.
    shell.agent.rotate_key()
    third = succession.next.point
    succession.lost = a.ShellError.KeyUnavailable()
    await refused(a.AgentError.KeyUnavailable, lambda: shell.agent.deliver(a.Urgency.PERSON_ASKED))
    told = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert (told.statements, told.problem) == (1, None), told
    assert succession.adopted == [second, third, third] and succession.switches == 2
    shell.agent.report()
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1
    assert [current for current, _ in world.server.evidence(shell.device)] == [False, False, True]


async def evidence_of_the_key_that_signs_goes_and_another_key_where_it_does_not_count(world):
    shell = world.shell()
    signer, succession = shell.signer, shell.succession
    signer.bare, signer.asserts = True, a.AttestationEvidence.APP_ASSERTION(b"asserted")
    device = (await shell.agent.enrol(world.server.url, world.server.token("bridge"), None)).device
    assert world.server.evidence(device) == []

    # The server would like some: what the key asserts over the challenge waits, and goes with the next delivery.
    shell.agent.report()
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).problem is None
    assert len(signer.asserted) == 1 and succession.challenges == []
    told = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert (told.statements_waiting, told.problem) == (0, None), told
    [entry] = [entry for entry in shell.agent.ledger() if entry.kind == a.Sent.EVIDENCE]
    assert isinstance(entry.outcome, a.Outcome.ACKNOWLEDGED), entry
    said = json.loads(entry.says)
    assert said["challenge"].encode() == signer.asserted[0]
    assert b64decode(said["evidence"]["app-assertion"]) == b"asserted"

    # Nothing was attested that it could rest on: a key with evidence of its own follows.
    [(current, held)] = world.server.evidence(device)
    assert current and b64decode(held["app-assertion"]["object"]) == b"asserted" and len(succession.challenges) == 1
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).statements == 1
    assert [current for current, _ in world.server.evidence(device)] == [False, True]
    assert len(world.server.attestation(device)["android-chain"]) == 2 and len(signer.asserted) == 1


# Offline and back.


async def the_screens_work_offline(world):
    shell = await world.enrolled({**GOOD, "osVersion": {"value": "13", "evidence": "os-reported"}})
    shell.transport.before = raising(a.HttpError.Unreachable())
    shell.agent.report()
    await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    shell.open()
    status = shell.agent.status(a.Language.ES)
    assert status.posture.provisional and status.posture.state == a.DeviceState.NOT_COMPLIANT
    assert status.waiting == 1 and status.problems[0].code == "offline" and status.sent_at is None
    assert status.posture.checks[0].check == a.Check.OS_VERSION, "what needs doing first comes first"
    held = await shell.agent.deliver(a.Urgency.BACKGROUND)
    assert held.held.is_back_off() and held.next_try is not None
    shell.transport.before = None
    await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    status = shell.agent.status(a.Language.ES)
    assert not status.posture.provisional and status.sent_at and status.next_at and not status.problems


async def what_a_person_says_is_kept_and_nothing_is_reported_before_the_notice(world):
    shell = await world.enrolled(group="notice")
    await refused(a.AgentError.NoticePending, shell.agent.report)
    assert shell.probe.wanted == [], "the phone was read before its person was told of it"
    status = shell.agent.status(a.Language.ES)
    assert status.notice.pending and status.usage_rules.version == 3 and len(status.declarations) == 1
    await refused(a.AgentError.BadInput, lambda: shell.agent.acknowledge(a.Subject.NOTICE, 3, a.Language.ES))
    shell.agent.acknowledge(a.Subject.NOTICE, 4, a.Language.ES)
    shell.agent.acknowledge(a.Subject.USAGE_RULES, 3, a.Language.ES)
    shell.agent.declare(a.Declaration.TWO_STEP_VERIFICATION, True)
    await refused(a.AgentError.BadInput, lambda: shell.agent.declare(a.Declaration.AWAY_MESSAGE, True))
    shell.open()
    status = shell.agent.status(a.Language.EN)
    assert not status.notice.pending and status.notice.acknowledged_on and not status.usage_rules.pending
    assert status.declarations[0].affirmed is True and status.declarations[0].expires_on and status.waiting == 3
    assert shell.agent.report().full
    assert shell.agent.check(a.Language.EN).state == a.DeviceState.COMPLIANT
    delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert (delivery.statements, delivery.acknowledged, delivery.statements_waiting) == (3, 1, 0), delivery
    theirs = shell.agent.status(a.Language.EN).posture
    assert theirs.state == a.DeviceState.COMPLIANT and not theirs.provisional
    now = datetime.now(timezone.utc)
    shell.agent.pause(now, now + timedelta(days=7))
    held = (await shell.agent.deliver(a.Urgency.BACKGROUND)).held
    paused = shell.agent.status(a.Language.EN).paused_until
    assert abs(paused - (now + timedelta(days=7))) < timedelta(minutes=1), (paused, held)
    await refused(a.AgentError.BadInput, lambda: shell.agent.pause(now, now - timedelta(days=1)))
    shell.agent.pause(now, now)
    assert shell.agent.status(a.Language.EN).paused_until is None


# Async.


async def a_slow_network_and_a_slow_key_hold_nobody_up(world):
    shell = await world.enrolled()
    shell.agent.report()
    shell.transport.before = lambda request: time.sleep(0.3)
    beats, beating = [], asyncio.ensure_future(beat := heart(lambda: beats.append(time.monotonic())))
    del beat
    begun = time.monotonic()
    delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    beating.cancel()
    assert delivery.acknowledged == 1 and time.monotonic() - begun >= 0.3
    longest = max(later - earlier for earlier, later in zip(beats, beats[1:]))
    assert len(beats) > 10 and longest < 0.15, (len(beats), longest)
    main = threading.get_ident()
    threads = []
    shell.transport.before = lambda request: threads.append(threading.get_ident())
    shell.agent.report()
    await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert main not in threads


async def given_up_at(shell, moment, request, call):
    """Cancels a call before or after so many requests: whether it was still under way, and what lets its request go."""
    reached, go = threading.Event(), threading.Event()
    count = iter(range(1, 100))

    def stop(_):
        if next(count) == request:
            reached.set()
            go.wait(10)

    setattr(shell.transport, moment, stop)
    task = asyncio.ensure_future(call)
    while not reached.is_set() and not task.done():
        await asyncio.sleep(0.001)
    given = not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    setattr(shell.transport, moment, None)
    return given, go


async def a_delivery_that_is_given_up_at_any_request_loses_nothing_and_sends_nothing_twice(world):
    shell = await world.enrolled()
    sequence = 0
    given_up = 0
    for request in (1, 2, 3):
        for moment in ("before", "after"):
            # Two reports and a newer policy: a batch, and what is fetched after it.
            world.newer_policy()
            shell.agent.report()
            shell.probe.saw["model"] = {"value": f"Pixel {request} {moment}", "evidence": "os-reported"}
            sequence = shell.agent.report().sequence
            given, go = await given_up_at(shell, moment, request, shell.agent.deliver(a.Urgency.PERSON_ASKED))
            given_up += given
            delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
            go.set()
            assert delivery.waiting == 0 and delivery.problem is None, delivery
            assert world.server.reports(shell.device) == list(range(1, sequence + 1))
    assert given_up >= 4, given_up
    assert shell.agent.status(a.Language.EN).problems == []
    assert "conflict" not in repr(shell.agent.ledger())
    print(f"    given up {given_up} times, {sequence} reports")


async def an_enrolment_that_is_given_up_at_any_request_still_makes_one_device(world):
    before, enrolled = world.server.enrolments(), 0
    for request in (1, 2, 3):
        for moment in ("before", "after"):
            shell, token = world.shell(), world.server.token("bridge")
            _, go = await given_up_at(shell, moment, request, shell.agent.enrol(world.server.url, token, None))
            await shell.agent.enrol(world.server.url, token, None)
            go.set()
            enrolled += 1
            shell.agent.report()
            assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1
    await asyncio.sleep(0.2)
    assert world.server.enrolments() == before + enrolled


async def a_second_delivery_beside_the_first_is_told_so(world):
    shell = await world.enrolled()
    shell.agent.report()
    reached, go = threading.Event(), threading.Event()
    shell.transport.before = lambda _: (reached.set(), go.wait(10))
    first = asyncio.ensure_future(shell.agent.deliver(a.Urgency.PERSON_ASKED))
    while not reached.is_set():
        await asyncio.sleep(0.001)
    await refused(a.AgentError.UnderWay, lambda: shell.agent.deliver(a.Urgency.PERSON_ASKED))
    go.set()
    assert (await first).acknowledged == 1


# The end.


async def shutdown_ends_a_delivery_and_lets_go_of_the_shell(world):
    shell = await world.enrolled()
    shell.agent.report()
    reached, go = threading.Event(), threading.Event()
    shell.transport.before = lambda _: (reached.set(), go.wait(10))
    delivery = asyncio.ensure_future(shell.agent.deliver(a.Urgency.PERSON_ASKED))
    while not reached.is_set():
        await asyncio.sleep(0.001)
    begun = time.monotonic()
    shell.agent.shutdown()
    await refused(a.AgentError.Closed, lambda: awaiting(delivery))
    assert time.monotonic() - begun < 2, "it did not wait for the network"
    go.set()
    for call in (
        shell.agent.report,
        shell.agent.ledger,
        lambda: shell.agent.check(a.Language.EN),
        lambda: shell.agent.status(a.Language.EN),
        lambda: shell.agent.deliver(a.Urgency.BACKGROUND),
        lambda: shell.agent.enrol(world.server.url, "token", None),
        lambda: shell.agent.withdraw(),
        shell.agent.rotate_key,
    ):
        await refused(a.AgentError.Closed, call)
    shell.agent.shutdown()
    parts = [weakref.ref(part) for part in (shell.probe, shell.signer, shell.succession, shell.transport)]
    agent, folder, device = shell.agent, shell.folder, shell.device
    del shell
    for _ in range(100):
        gc.collect()
        if not any(part() for part in parts):
            break
        await asyncio.sleep(0.02)
    assert not any(part() for part in parts), "the library still holds the shell"
    del agent
    again = Shell.__new__(Shell)
    again.crossings, again.folder, again.platform = [], folder, a.Platform.ANDROID
    Shell.__init__(again, folder, GOOD)
    assert again.agent.status(a.Language.EN).enrolment.device == device


async def a_device_that_the_company_closed_is_told_so_and_joins_again(world):
    shell = await world.enrolled()
    shell.agent.report()
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1
    closed = await world.closed(shell)
    await refused(a.AgentError.DeviceClosed, shell.agent.report)
    await refused(a.AgentError.DeviceClosed, lambda: shell.agent.deliver(a.Urgency.BACKGROUND))
    status = shell.agent.status(a.Language.EN)
    assert status.enrolment.closed and status.enrolment.left and status.waiting == 0
    assert [problem.code for problem in status.problems] == ["device-closed"]
    assert shell.agent.ledger()[-1].outcome.code == "device-closed"
    calls = len(shell.transport.requests)
    again = await shell.agent.enrol(world.server.url, world.server.token("bridge"), None)
    assert again.device != closed and len(shell.transport.requests) > calls
    status = shell.agent.status(a.Language.EN)
    assert not status.enrolment.closed and not status.enrolment.left and status.problems == []
    shell.agent.report()
    assert (await shell.agent.deliver(a.Urgency.PERSON_ASKED)).acknowledged == 1


async def a_person_who_leaves_is_forgotten(world):
    shell = await world.enrolled()
    shell.agent.report()
    shell.transport.before = raising(a.HttpError.Unreachable())
    await refused(a.AgentError.Offline, shell.agent.withdraw)
    assert shell.agent.status(a.Language.EN).withdraws
    shell.transport.before = None
    assert await shell.agent.withdraw() == a.Leaving.TOLD
    status = shell.agent.status(a.Language.EN)
    assert status.enrolment is None and status.posture is None and status.notice is None
    await refused(a.AgentError.NotEnrolled, shell.agent.report)
    assert a.Sent.STATEMENT in [entry.kind for entry in shell.agent.ledger()]
    assert world.server.reports(shell.device) == []
    left = {one.name for one in Path(shell.folder).iterdir() if not one.name.startswith((".", "ledger-"))}
    assert not left, left


async def a_person_who_cannot_tell_or_need_not_tell_leaves_all_the_same(world):
    known, unknown, lost = [await world.enrolled() for _ in range(3)]
    await world.closed(known)
    world.server.run("device", "close", unknown.device, "--retired")
    lost.signer.fault = a.ShellError.KeyLost()
    for shell, leaving in ((known, a.Leaving.CLOSED), (unknown, a.Leaving.CLOSED), (lost, a.Leaving.UNTOLD)):
        assert await shell.agent.withdraw() == leaving
        assert shell.agent.status(a.Language.EN).enrolment is None
        assert shell.agent.ledger() != []
    kept = await world.enrolled()
    kept.signer.fault = a.ShellError.KeyUnavailable()
    await refused(a.AgentError.KeyUnavailable, kept.agent.withdraw)
    assert kept.agent.status(a.Language.EN).enrolment is not None


# Load.


async def many_threads_at_once_make_one_order_of_reports(world):
    shell = await world.enrolled()
    numbers, faults, lock = [], [], threading.Lock()

    def work():
        try:
            for _ in range(10):
                shell.agent.check(a.Language.EN)
                number = shell.agent.report().sequence
                shell.agent.status(a.Language.ES)
                with lock:
                    numbers.append(number)
        except Exception as error:  # noqa: BLE001 - told below
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        await asyncio.sleep(0.01)
    assert not faults and sorted(numbers) == list(range(1, 81)), (faults, sorted(numbers))
    assert len(shell.probe.threads) == 8
    delivered = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    while delivered.waiting:
        delivered = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
    assert world.server.reports(shell.device) == list(range(1, 81))


async def a_check_in_takes_five_crossings_or_fewer(world):
    shell = await world.enrolled()
    shell.agent.report()
    await shell.agent.deliver(a.Urgency.BACKGROUND)
    shell.crossings.clear()
    calls = ["report", "deliver"]
    shell.agent.report()
    delivery = await shell.agent.deliver(a.Urgency.BACKGROUND)
    assert delivery.acknowledged == 1
    crossings = calls + shell.crossings
    print(f"FIGURE crossings per check-in: {len(crossings)} ({', '.join(crossings)}); goal ≤ 5")
    assert len(crossings) <= 5, crossings


async def ten_thousand_check_ins_take_no_more_memory_and_no_more_handles(world):
    count, each = int(os.environ.get("ATALAYA_CHECK_INS", "10000")), 500

    async def check_in(times):
        # A server takes 600 calls of one device at once, so there are several, one after the other.
        while times > 0:
            shell = await world.enrolled()
            for number in range(min(times, each)):
                shell.agent.report()
                delivery = await shell.agent.deliver(a.Urgency.PERSON_ASKED)
                assert delivery.acknowledged == 1 and delivery.waiting == 0, delivery
                if number % 10 == 0:
                    shell.agent.check(a.Language.EN)
                    shell.agent.status(a.Language.ES)
                for seen in (shell.crossings, shell.transport.requests, shell.probe.wanted):
                    seen.clear()
            shell.agent.ledger()
            assert len(world.server.reports(shell.device)) == min(times, each)
            shell.agent.shutdown()
            times -= each
        del shell
        await asyncio.sleep(0.5)
        gc.collect()

    await check_in(each)
    memory, handles, threads = resident(), handle_count(), thread_count()
    begun = time.monotonic()
    await check_in(count)
    took = time.monotonic() - begun
    grown = (resident() - memory) / count
    print(f"FIGURE memory growth per check-in over {count}: {grown:.0f} bytes; goal ≤ 200")
    print(f"    {took / count * 1000:.1f} ms each, server included")
    assert grown <= 200, grown
    assert handle_count() <= handles and thread_count() <= threads, (handles, handle_count(), threads, thread_count())


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def handle_count():
    return len(os.listdir("/proc/self/fd"))


def thread_count():
    return len(os.listdir("/proc/self/task"))


def raising(fault):
    def fail(_):
        raise fault

    return fail


def raise_when(holds, fault):
    if holds:
        raise fault


async def heart(beat):
    while True:
        beat()
        await asyncio.sleep(0.005)


async def awaiting(task):
    return await task


def setup_of(shell):
    return a.Setup(folder=shell.folder, platform=shell.platform, agent_version="0.1.0")


ALL = [
    facts_go_in_and_verdicts_come_out,
    the_server_judges_what_crossed_as_the_phone_did,
    the_probe_is_asked_once_and_only_for_what_the_policy_asks,
    words_are_in_the_language_that_is_asked_for,
    a_declared_error_arrives_as_what_it_is,
    an_undeclared_error_is_an_error_and_says_nothing_but_its_class,
    a_key_that_is_none_is_no_crash,
    what_is_wrong_with_input_is_said,
    a_lost_answer_makes_no_second_key_and_no_second_device,
    two_employers_are_two_folders_that_know_nothing_of_each_other,
    another_key_takes_the_place_of_the_devices_and_is_adopted_once,
    evidence_of_the_key_that_signs_goes_and_another_key_where_it_does_not_count,
    the_screens_work_offline,
    what_a_person_says_is_kept_and_nothing_is_reported_before_the_notice,
    a_slow_network_and_a_slow_key_hold_nobody_up,
    a_delivery_that_is_given_up_at_any_request_loses_nothing_and_sends_nothing_twice,
    an_enrolment_that_is_given_up_at_any_request_still_makes_one_device,
    a_second_delivery_beside_the_first_is_told_so,
    shutdown_ends_a_delivery_and_lets_go_of_the_shell,
    a_device_that_the_company_closed_is_told_so_and_joins_again,
    a_person_who_leaves_is_forgotten,
    a_person_who_cannot_tell_or_need_not_tell_leaves_all_the_same,
    many_threads_at_once_make_one_order_of_reports,
    a_check_in_takes_five_crossings_or_fewer,
    ten_thousand_check_ins_take_no_more_memory_and_no_more_handles,
]
