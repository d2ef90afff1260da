import java.lang.ref.WeakReference
import java.nio.file.Files
import java.nio.file.Path
import java.util.Collections
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.atalaya.core.AgentException
import org.atalaya.core.AttestationEvidence
import org.atalaya.core.Check
import org.atalaya.core.Declaration
import org.atalaya.core.DeviceState
import org.atalaya.core.Fact
import org.atalaya.core.Held
import org.atalaya.core.HttpException
import org.atalaya.core.HttpRequest
import org.atalaya.core.Language
import org.atalaya.core.Leaving
import org.atalaya.core.Outcome
import org.atalaya.core.PostureAgent
import org.atalaya.core.RootSign
import org.atalaya.core.Sent
import org.atalaya.core.ShellException
import org.atalaya.core.Subject
import org.atalaya.core.Urgency
import org.atalaya.core.readConfiguration
import org.atalaya.core.readInvitation
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.Timeout

/** The cases of ../README.md, in its order: the generated bindings and the library as an app uses them. */
class BridgeTest {
    private val checkIns = System.getenv("ATALAYA_CHECK_INS")?.toInt() ?: 10_000

    /** Whatever hangs fails; many check-ins on a busy machine do not hang. */
    @get:Rule val patience: Timeout = Timeout.seconds(600L + checkIns / 4)

    private val secret = "Ana's phone, +34 600 000 000"

    private fun case(body: suspend CoroutineScope.() -> Unit) = runBlocking(Dispatchers.Default, body)

    private suspend fun enrolled(saw: Map<String, Seen> = Case.good, token: String = Server.token) =
        Phone(saw).apply { agent.enrol(Server.url, token, null) }

    private suspend inline fun <reified E : Throwable> refused(crossinline call: suspend () -> Any?): E {
        try {
            call()
        } catch (error: Throwable) {
            if (error is E) return error
            throw error
        }
        throw AssertionError("no ${E::class.simpleName}")
    }

    private suspend fun PostureAgent.delivered() = deliver(Urgency.PERSON_ASKED)

    private fun Phone.reports() = agent.ledger().filter { it.kind == Sent.REPORT }

    // Facts in, verdicts out.

    @Test
    fun `facts go in and verdicts come out`() = case {
        val phone = enrolled()
        assertTrue(Case.all.size > 10)
        for (one in Case.all) {
            phone.saw = one.facts
            val posture = phone.agent.check(Language.EN)
            assertEquals(one.name, one.state to one.verdicts.toMap(), posture.spelled())
            assertTrue(posture.provisional)
        }
    }

    @Test
    fun `the server judges what crossed as the phone did`() = case {
        val phone = enrolled()
        for (one in Case.all) {
            phone.saw = one.facts
            val own = phone.agent.check(Language.EN)
            phone.agent.report()
            val delivery = phone.agent.delivered()
            assertEquals(1u, delivery.acknowledged)
            assertNull(delivery.problem)
            val theirs = phone.agent.status(Language.EN).posture!!
            assertFalse(theirs.provisional)
            assertEquals(one.name, own.spelled(), theirs.spelled())
        }
    }

    @Test
    fun `the probe is asked once and only for what the policy asks`() = case {
        val phone = enrolled()
        phone.agent.check(Language.ES)
        val wanted = phone.probe.wanted.single()
        assertEquals(listOf(RootSign.TEST_KEYS), wanted.mutedRootSigns)
        val asked = wanted.facts
        assertEquals(asked.toSet().size, asked.size)
        assertTrue(asked.none { it in listOf(Fact.SECURITY_PATCH, Fact.BOOT_STATE, Fact.WHATSAPP_BUSINESS_SIGNERS) })
        assertTrue(Fact.SCREEN_LOCK in asked)
        phone.saw = phone.saw + ("securityPatch" to Seen("2026-11-05", "os-reported"))
        phone.agent.report()
        phone.agent.delivered()
        val report = phone.reports().last()
        assertTrue("securityPatch" !in report.says && "screenLock" in report.says)
        assertTrue(report.outcome is Outcome.Acknowledged && report.to.endsWith("/v1/reports"))
    }

    @Test
    fun `words are in the language that is asked for`() = case {
        val phone = enrolled(Case.good + ("screenLock" to Seen("false", "os-reported")))
        fun lock(language: Language) = phone.agent.check(language).checks.single { it.check == Check.SCREEN_LOCK }
        val (es, en) = lock(Language.ES) to lock(Language.EN)
        assertEquals("Bloqueo de pantalla" to "Screen lock", es.title to en.title)
        assertNotNull(es.fix)
        assertNotEquals(es.fix, en.fix)
    }

    // Errors of the shell.

    @Test
    fun `a declared error arrives as what it is`() = case {
        val phone = enrolled()
        phone.probe.fault = ShellException.Failed("no such service")
        assertTrue("no such service" in refused<AgentException.ProbeFailed> { phone.agent.report() }.reason)
        phone.probe.fault = null
        phone.signer.fault = ShellException.KeyLost()
        refused<AgentException.KeyLost> { phone.agent.report() }
        for (fault in listOf(ShellException.KeyUnavailable(), ShellException.Failed("busy"))) {
            phone.signer.fault = fault
            refused<AgentException.KeyUnavailable> { phone.agent.report() }
        }
        phone.signer.fault = null
        phone.agent.report()
        for (
        fault in listOf(HttpException.Unreachable(), HttpException.Timeout(), HttpException.TooLong(), HttpException.Broken())
        ) {
            phone.transport.before = { throw fault }
            val delivery = phone.agent.delivered()
            assertTrue("$fault: ${delivery.problem}", delivery.problem is AgentException.Offline)
            assertEquals(1u, delivery.waiting)
        }
        phone.transport.before = { throw HttpException.Identity("self-signed") }
        assertTrue(phone.agent.delivered().problem is AgentException.ServerUntrusted)
        phone.transport.before = {}
        assertEquals(1u, phone.agent.delivered().acknowledged)
    }

    @Test
    fun `an undeclared error is an error and says nothing but its class`() = case {
        val phone = enrolled()
        phone.probe.fault = IllegalStateException(secret)
        for (call in listOf({ phone.agent.report() }, { phone.agent.check(Language.EN) })) {
            val error = refused<AgentException.ProbeFailed> { call() }
            assertTrue("$error", "IllegalStateException" in error.reason)
            assertFalse("$error", listOf("Ana", "600", "BridgeTest", ".kt").any { it in "$error ${error.message} ${error.reason}" })
        }
        phone.probe.fault = null
        phone.signer.fault = NullPointerException(secret)
        assertFalse("Ana" in refused<AgentException.KeyUnavailable> { phone.agent.report() }.toString())
        phone.signer.fault = null
        phone.agent.report()
        phone.transport.before = { throw UnsupportedOperationException(secret) }
        val problem = phone.agent.delivered().problem
        assertTrue("$problem", problem is AgentException.Offline && "Ana" !in "$problem")
        val kept = Files.walk(phone.folder).use { files -> files.filter(Files::isRegularFile).toList() }
        assertTrue(kept.isNotEmpty() && kept.none { "Ana" in String(Files.readAllBytes(it), Charsets.ISO_8859_1) })
        val other = Phone()
        other.signer.fault = IllegalStateException(secret)
        val error = refused<AgentException.KeyUnavailable> { other.agent.enrol(Server.url, Server.token, null) }
        assertFalse("Ana" in "$error")
    }

    @Test
    fun `a key that is none is no crash`() = case {
        val phone = Phone()
        for (broken in listOf(byteArrayOf(4) + ByteArray(63), byteArrayOf(5) + ByteArray(64), byteArrayOf(120))) {
            phone.signer.brokenKey = broken
            refused<AgentException.KeyUnavailable> { phone.agent.enrol(Server.url, Server.token, null) }
        }
    }

    @Test
    fun `what is wrong with input is said`() = case {
        val phone = Phone()
        refused<AgentException.NotEnrolled> { phone.agent.check(Language.EN) }
        for (server in listOf("http://example.com", "ftp://example.com", "https://user@example.com", "nothing")) {
            refused<AgentException.BadInput> { phone.agent.enrol(server, "token", null) }
        }
        assertTrue(phone.transport.requests.isEmpty())
        assertTrue(refused<AgentException.Refused> { phone.agent.enrol(Server.url, "0".repeat(26), null) }.code.isNotEmpty())
        val blocked = Files.createTempFile("a-file", "")
        val setup = phone.setup().copy(folder = "$blocked/x")
        refused<AgentException.Storage> {
            PostureAgent.open(setup, phone.probe, phone.signer, phone.signer, null, phone.transport)
        }
        refused<AgentException.BadInput> {
            PostureAgent.open(phone.setup(), phone.probe, phone.signer, phone.signer, null, null)
        }
        // What a shell's own network believes is the shell's to see to.
        refused<AgentException.BadInput> {
            PostureAgent.open(phone.setup().copy(pinnedRoot = "PEM"), phone.probe, phone.signer, phone.signer, null, phone.transport)
        }
        assertEquals("https://example.com", readInvitation("https://example.com/enrol#${"0".repeat(26)}", null).server)
        refused<AgentException.BadInput> { readInvitation("hello", null) }
        val configuration = readConfiguration(mapOf("server_url" to "https://example.com", "report_interval_hours" to "99"))
        assertEquals("https://example.com", configuration.serverUrl)
        assertEquals(listOf("report_interval_hours"), configuration.faults.map { it.key })
    }

    // Enrolment.

    @Test
    fun `a lost answer makes no second key and no second device`() = case {
        val phone = Phone()
        val before = Server.devices()
        phone.transport.after = { if (it.url.endsWith("/v1/enrolments")) throw HttpException.Timeout() }
        refused<AgentException.Offline> { phone.agent.enrol(Server.url, Server.token, null) }
        phone.transport.after = {}
        phone.reopen()
        phone.agent.enrol(Server.url, Server.token, null)
        assertEquals(1, phone.signer.attested)
        assertEquals(before + 1, Server.devices())
    }

    @Test
    fun `two employers are two folders that know nothing of each other`() = case {
        val (first, second) = enrolled() to enrolled()
        first.agent.report()
        val (one, other) = first.agent.status(Language.EN) to second.agent.status(Language.EN)
        assertEquals(1u to 0u, one.waiting to other.waiting)
        assertNotEquals(one.enrolment!!.device, other.enrolment!!.device)
        assertTrue(first.agent.ledger().none { other.enrolment!!.device in it.toString() })
    }

    @Test
    fun `another key takes the place of the devices and is adopted once`() = case {
        val phone = enrolled()
        val (signer, succession) = phone.signer to phone.succession
        val device = phone.agent.status(Language.EN).enrolment!!.device
        val first = Phone.point(signer.keys!!).toList()

        // A phone that makes none now goes on with the key that it has.
        succession.fault = ShellException.KeyUnavailable()
        refused<AgentException.KeyUnavailable> { phone.agent.rotateKey() }
        succession.fault = null
        phone.agent.report()
        assertEquals(1u, phone.agent.delivered().acknowledged)
        assertEquals(setOf(first), signer.signedBy.toSet())
        assertEquals(listOf(true), Server.evidence(device))

        // It is made once, and signs when the server has said that it knows it.
        phone.agent.rotateKey()
        phone.agent.rotateKey()
        val second = Phone.point(succession.next!!).toList()
        phone.agent.report()
        phone.transport.after = { if (it.url.endsWith("/v1/keys")) throw HttpException.Timeout() }
        val lost = phone.agent.delivered()
        assertTrue("${lost.problem}", lost.problem is AgentException.Offline)
        assertEquals(1u, lost.statementsWaiting)
        assertEquals(setOf(first), signer.signedBy.toSet())
        assertEquals(listOf<List<Byte>>(), succession.adopted.toList())
        phone.transport.after = {}
        phone.reopen()
        var told = phone.agent.delivered()
        assertNull("${told.problem}", told.problem)
        assertEquals(Triple(1u, 1u, 0u), Triple(told.statements, told.acknowledged, told.waiting))
        assertEquals(listOf(second), succession.adopted.toList())
        assertEquals(1, succession.challenges.size)
        signer.signedBy.clear()
        phone.agent.report()
        assertEquals(1u, phone.agent.delivered().acknowledged)
        assertEquals(setOf(second), signer.signedBy.toSet())
        assertEquals("newest first", listOf(true, false), Server.evidence(device))

        // That it was adopted is not known to the library, which says it again.
        phone.agent.rotateKey()
        val third = Phone.point(succession.next!!).toList()
        succession.lost = ShellException.KeyUnavailable()
        refused<AgentException.KeyUnavailable> { phone.agent.delivered() }
        told = phone.agent.delivered()
        assertNull("${told.problem}", told.problem)
        assertEquals(1u, told.statements)
        assertEquals(listOf(second, third, third), succession.adopted.toList())
        assertEquals(2, succession.switches)
        phone.agent.report()
        assertEquals(1u, phone.agent.delivered().acknowledged)
        assertEquals(listOf(true, false, false), Server.evidence(device))
    }

    @Test
    fun `evidence of the key that signs goes and another key where it does not count`() = case {
        val phone = Phone()
        val (signer, succession) = phone.signer to phone.succession
        signer.bare = true
        signer.asserts = AttestationEvidence.AppAssertion("asserted".toByteArray())
        val device = phone.agent.enrol(Server.url, Server.token, null).device
        assertEquals(listOf<Boolean>(), Server.evidence(device))

        // The server would like some: what the key asserts over the challenge waits, and goes with the next delivery.
        phone.agent.report()
        assertNull(phone.agent.delivered().problem)
        assertEquals(1 to 0, signer.asserted.size to succession.challenges.size)
        val told = phone.agent.delivered()
        assertNull("${told.problem}", told.problem)
        assertEquals(0u, told.statementsWaiting)
        val entry = phone.agent.ledger().single { it.kind == Sent.EVIDENCE }
        assertEquals(Outcome.Acknowledged, entry.outcome)
        assertTrue(entry.says, signer.asserted.single() in entry.says)

        // Nothing was attested that it could rest on: a key with evidence of its own follows.
        assertEquals(listOf(true), Server.evidence(device))
        assertEquals(1, succession.challenges.size)
        assertEquals(1u, phone.agent.delivered().statements)
        assertEquals(listOf(true, false), Server.evidence(device))
        assertEquals(1, signer.asserted.size)
    }

    // Offline and back.

    @Test
    fun `the screens work offline`() = case {
        val phone = enrolled(Case.good + ("osVersion" to Seen("13", "os-reported")))
        phone.transport.before = { throw HttpException.Unreachable() }
        phone.agent.report()
        phone.agent.delivered()
        phone.reopen()
        var status = phone.agent.status(Language.ES)
        assertTrue(status.posture!!.provisional)
        assertEquals(DeviceState.NOT_COMPLIANT, status.posture!!.state)
        assertEquals(1u, status.waiting)
        assertEquals("offline", status.problems.first().code)
        assertNull(status.sentAt)
        assertEquals("what needs doing first comes first", Check.OS_VERSION, status.posture!!.checks.first().check)
        val held = phone.agent.deliver(Urgency.BACKGROUND)
        assertTrue(held.held is Held.BackOff)
        assertNotNull(held.nextTry)
        phone.transport.before = {}
        phone.agent.delivered()
        status = phone.agent.status(Language.ES)
        assertFalse(status.posture!!.provisional)
        assertNotNull(status.sentAt)
        assertNotNull(status.nextAt)
        assertTrue(status.problems.isEmpty())
    }

    @Test
    fun `what a person says is kept and nothing is reported before the notice`() = case {
        val phone = enrolled(token = Server.noticeToken)
        refused<AgentException.NoticePending> { phone.agent.report() }
        var status = phone.agent.status(Language.ES)
        assertTrue(status.notice!!.pending)
        assertEquals(3u, status.usageRules!!.version)
        assertEquals(1, status.declarations.size)
        refused<AgentException.BadInput> { phone.agent.acknowledge(Subject.NOTICE, 3u, Language.ES) }
        phone.agent.acknowledge(Subject.NOTICE, 4u, Language.ES)
        phone.agent.acknowledge(Subject.USAGE_RULES, 3u, Language.ES)
        phone.agent.declare(Declaration.TWO_STEP_VERIFICATION, true)
        refused<AgentException.BadInput> { phone.agent.declare(Declaration.AWAY_MESSAGE, true) }
        phone.reopen()
        status = phone.agent.status(Language.EN)
        assertFalse(status.notice!!.pending || status.usageRules!!.pending)
        assertNotNull(status.notice!!.acknowledgedOn)
        assertEquals(true, status.declarations.single().affirmed)
        assertNotNull(status.declarations.single().expiresOn)
        assertEquals(3u, status.waiting)
        assertTrue(phone.agent.report().full)
        assertEquals(DeviceState.COMPLIANT, phone.agent.check(Language.EN).state)
    }

    // Async.

    @Test
    fun `a slow network and a slow key hold nobody up`() {
        val phone = runBlocking { enrolled() }
        phone.agent.report()
        val carriers = Collections.synchronizedSet(mutableSetOf<Thread>())
        phone.transport.before = {
            carriers += Thread.currentThread()
            Thread.sleep(300)
        }
        // One thread for both: were it kept, nothing would beat meanwhile.
        val executor = Executors.newSingleThreadExecutor()
        runBlocking(executor.asCoroutineDispatcher()) {
            val here = Thread.currentThread()
            val beats = mutableListOf<Long>()
            val heart = launch {
                while (true) {
                    beats += System.nanoTime()
                    delay(5)
                }
            }
            val began = System.nanoTime()
            assertEquals(1u, phone.agent.delivered().acknowledged)
            assertTrue(System.nanoTime() - began >= TimeUnit.MILLISECONDS.toNanos(300))
            heart.cancelAndJoin()
            val longest = TimeUnit.NANOSECONDS.toMillis(beats.zipWithNext { one, next -> next - one }.max())
            assertTrue("${beats.size} beats, the longest pause $longest ms", beats.size > 10 && longest < 200)
            assertFalse(here in carriers)
        }
        executor.shutdown()
    }

    /** Stops the phone at its nth request, before or after it, until it is let go; then gives up what was begun. */
    private suspend fun CoroutineScope.givenUp(phone: Phone, request: Int, after: Boolean, begin: suspend () -> Any): Boolean {
        val reached = CompletableDeferred<Unit>()
        val goOn = CountDownLatch(1)
        val count = AtomicInteger()
        val stop: (HttpRequest) -> Unit = {
            if (count.incrementAndGet() == request) {
                reached.complete(Unit)
                goOn.await(10, TimeUnit.SECONDS)
            }
        }
        if (after) phone.transport.after = stop else phone.transport.before = stop
        val task: Deferred<Any> = async { begin() }
        task.invokeOnCompletion { reached.complete(Unit) }
        reached.await()
        val underWay = task.isActive
        task.cancelAndJoin()
        phone.transport.before = {}
        phone.transport.after = {}
        // What was given up is still in the network while the next begins.
        thread {
            Thread.sleep(50)
            goOn.countDown()
        }
        return underWay
    }

    @Test
    fun `a delivery that is given up at any request loses nothing and sends nothing twice`() = case {
        val phone = enrolled()
        var sequence = 0uL
        var givenUp = 0
        for (request in 1..11) {
            for (after in listOf(false, true)) {
                phone.saw = phone.saw + ("model" to Seen("Pixel $request $after", "os-reported"))
                sequence = phone.agent.report().sequence
                if (givenUp(phone, request, after) { phone.agent.delivered() }) givenUp += 1
                val delivery = phone.agent.delivered()
                assertNull("request $request: ${delivery.problem}", delivery.problem)
                assertEquals(0u, delivery.waiting)
            }
        }
        assertTrue("given up $givenUp times", givenUp >= 2)
        assertTrue(phone.agent.status(Language.EN).problems.isEmpty())
        assertEquals((1uL..sequence).toList(), phone.reports().map { it.sequence })
        assertTrue(phone.reports().all { it.outcome is Outcome.Acknowledged })
    }

    @Test
    fun `an enrolment that is given up at any request still makes one device`() = case {
        val before = Server.devices()
        var enrolled = 0
        var again = 0
        for (request in 1..3) {
            for (after in listOf(false, true)) {
                val phone = Phone()
                givenUp(phone, request, after) { phone.agent.enrol(Server.url, Server.token, null) }
                // Given up or not: one that came to its end is not asked for again.
                if (phone.agent.status(Language.EN).enrolment == null) {
                    phone.agent.enrol(Server.url, Server.token, null)
                    again += 1
                }
                enrolled += 1
                phone.agent.report()
                assertEquals(1u, phone.agent.delivered().acknowledged)
            }
        }
        assertTrue("enrolled again $again times", again >= 2)
        delay(200)
        assertEquals(before + enrolled, Server.devices())
    }

    @Test
    fun `a second delivery beside the first is told so`() = case {
        val phone = enrolled()
        phone.agent.report()
        val reached = CompletableDeferred<Unit>()
        val goOn = CountDownLatch(1)
        phone.transport.before = {
            reached.complete(Unit)
            goOn.await(10, TimeUnit.SECONDS)
        }
        val first = async { phone.agent.delivered() }
        reached.await()
        refused<AgentException.UnderWay> { phone.agent.delivered() }
        goOn.countDown()
        assertEquals(1u, first.await().acknowledged)
    }

    // The end.

    @Test
    fun `shutdown ends a delivery and lets go of the shell`() = case {
        var phone: Phone? = enrolled()
        val folder = phone!!.folder
        val agent = phone.agent
        agent.report()
        val reached = CompletableDeferred<Unit>()
        val goOn = CountDownLatch(1)
        phone.transport.before = {
            reached.complete(Unit)
            goOn.await(30, TimeUnit.SECONDS)
        }
        val delivery = async { runCatching { agent.delivered() } }
        reached.await()
        val device = agent.status(Language.EN).enrolment!!.device
        agent.shutdown()
        withTimeout(10_000) {
            val error = delivery.await().exceptionOrNull()
            assertTrue("$error", error is AgentException.Closed)
        }
        goOn.countDown()
        val calls = listOf<suspend () -> Any>(
            { agent.report() },
            { agent.ledger() },
            { agent.check(Language.EN) },
            { agent.status(Language.EN) },
            { agent.deliver(Urgency.BACKGROUND) },
            { agent.enrol(Server.url, "token", null) },
            { agent.withdraw() },
            { agent.rotateKey() },
        )
        for (call in calls) refused<AgentException.Closed> { call() }
        agent.shutdown()
        val parts = listOf(phone.probe, phone.signer, phone.succession, phone.transport).map { WeakReference<Any>(it) }
        phone = null
        for (attempt in 0..200) {
            System.gc()
            if (parts.all { it.get() == null }) break
            delay(20)
        }
        assertTrue("the library still holds the shell", parts.all { it.get() == null })
        assertEquals(device, Phone(folder = folder).agent.status(Language.EN).enrolment!!.device)
    }

    /** The company closes this device, and a delivery hears of it. */
    private suspend fun closed(phone: Phone) {
        Server.close(phone.agent.status(Language.EN).enrolment!!.device)
        phone.agent.report()
        refused<AgentException.DeviceClosed> { phone.agent.deliver(Urgency.PERSON_ASKED) }
    }

    @Test
    fun `a device that the company closed is told so and joins again`() = case {
        val phone = enrolled()
        phone.agent.report()
        assertEquals(1u, phone.agent.deliver(Urgency.PERSON_ASKED).acknowledged)
        closed(phone)
        refused<AgentException.DeviceClosed> { phone.agent.report() }
        refused<AgentException.DeviceClosed> { phone.agent.deliver(Urgency.BACKGROUND) }
        val status = phone.agent.status(Language.EN)
        assertTrue(status.enrolment!!.closed && status.enrolment!!.left && status.waiting == 0u)
        assertEquals(listOf("device-closed"), status.problems.map { it.code })
        assertTrue("device-closed" in "${phone.agent.ledger().last().outcome}")
        val again = phone.agent.enrol(Server.url, Server.newToken(), null)
        assertTrue(again.device != status.enrolment!!.device)
        val now = phone.agent.status(Language.EN)
        assertTrue(!now.enrolment!!.closed && !now.enrolment!!.left && now.problems.isEmpty())
        phone.agent.report()
        assertEquals(1u, phone.agent.deliver(Urgency.PERSON_ASKED).acknowledged)
    }

    @Test
    fun `a person who leaves is forgotten`() = case {
        val phone = enrolled()
        phone.agent.report()
        phone.transport.before = { throw HttpException.Unreachable() }
        refused<AgentException.Offline> { phone.agent.withdraw() }
        assertTrue(phone.agent.status(Language.EN).withdraws)
        phone.transport.before = {}
        assertEquals(Leaving.TOLD, phone.agent.withdraw())
        val status = phone.agent.status(Language.EN)
        assertTrue(status.enrolment == null && status.posture == null && status.notice == null)
        refused<AgentException.NotEnrolled> { phone.agent.report() }
        assertTrue(phone.agent.ledger().any { it.kind == Sent.STATEMENT })
        assertTrue("what was queued left no more", phone.reports().isEmpty())
        val left = phone.folder.toFile().list()!!.filterNot { it.startsWith(".") || it.startsWith("ledger-") }
        assertTrue("$left", left.isEmpty())
    }

    @Test
    fun `a person who cannot tell or need not tell leaves all the same`() = case {
        val (known, unknown, lost) = List(3) { enrolled() }
        closed(known)
        Server.close(unknown.agent.status(Language.EN).enrolment!!.device)
        lost.signer.fault = ShellException.KeyLost()
        for ((phone, leaving) in listOf(known to Leaving.CLOSED, unknown to Leaving.CLOSED, lost to Leaving.UNTOLD)) {
            assertEquals(leaving, phone.agent.withdraw())
            assertTrue(phone.agent.status(Language.EN).enrolment == null && phone.agent.ledger().isNotEmpty())
        }
        val kept = enrolled()
        kept.signer.fault = ShellException.KeyUnavailable()
        refused<AgentException.KeyUnavailable> { kept.agent.withdraw() }
        assertTrue(kept.agent.status(Language.EN).enrolment != null)
    }

    // Load.

    @Test
    fun `many threads at once make one order of reports`() = case {
        val phone = enrolled()
        val numbers = Collections.synchronizedList(mutableListOf<ULong>())
        val faults = Collections.synchronizedList(mutableListOf<Throwable>())
        val threads = List(8) {
            thread {
                repeat(10) {
                    try {
                        phone.agent.check(Language.EN)
                        numbers += phone.agent.report().sequence
                        phone.agent.status(Language.ES)
                    } catch (fault: Throwable) {
                        faults += fault
                    }
                }
            }
        }
        threads.forEach(Thread::join)
        assertEquals(listOf<Throwable>(), faults.toList())
        assertEquals((1uL..80uL).toList(), numbers.sorted())
        assertEquals(8, phone.probe.threads.size)
        while (phone.agent.delivered().waiting > 0u) delay(1)
        assertEquals((1uL..80uL).toList(), phone.reports().map { it.sequence })
        assertTrue(phone.reports().all { it.outcome is Outcome.Acknowledged })
    }

    @Test
    fun `a check-in takes five crossings or fewer`() = case {
        val phone = enrolled()
        phone.agent.report()
        phone.agent.deliver(Urgency.BACKGROUND)
        phone.crossings.clear()
        phone.agent.report()
        assertEquals(1u, phone.agent.deliver(Urgency.BACKGROUND).acknowledged)
        val crossings = listOf("report", "deliver") + phone.crossings
        assertTrue("$crossings", crossings.size <= 5)
    }

    @Test
    fun `ten thousand check-ins take no more memory and no more handles`() = case {
        suspend fun checkIn(times: Int) {
            // A server takes 600 calls of one device at once, so there are several, one after the other.
            for (first in 0..<times step 500) {
                val phone = enrolled()
                repeat(minOf(times - first, 500)) {
                    phone.agent.report()
                    val delivery = phone.agent.delivered()
                    assertEquals("${delivery.problem}", 1u to 0u, delivery.acknowledged to delivery.waiting)
                    phone.agent.status(Language.ES)
                    phone.crossings.clear()
                    phone.transport.requests.clear()
                    phone.probe.wanted.clear()
                    phone.probe.threads.clear()
                }
                phone.agent.shutdown()
            }
        }
        // The JVM's own warming up takes memory too, and more than the library's.
        checkIn(maxOf(checkIns / 5, 100))
        val before = Footprint.now()
        checkIn(checkIns)
        val after = Footprint.now()
        val grown = after.bytes - before.bytes
        println("FIGURE bridge, Kotlin: memory growth per check-in over $checkIns: ${grown / checkIns} bytes (goal ≤ 200)")
        // A heap's own ups and downs, of which few check-ins make much.
        assertTrue("$before, then $after", grown <= 200L * checkIns + 2 * 1024 * 1024)
        assertTrue("$before, then $after", after.files <= before.files + 1 && after.threads <= before.threads + 1)
    }

    /** What this process holds. */
    private data class Footprint(val bytes: Long, val files: Int, val threads: Int) {
        companion object {
            fun now(): Footprint {
                // Both what is garbage, and what the collector's end lets the library go of.
                repeat(3) {
                    System.gc()
                    Thread.sleep(100)
                }
                return Footprint(
                    Files.readString(Path.of("/proc/self/statm")).split(' ')[1].toLong() * 4096,
                    Path.of("/proc/self/fd").toFile().list()!!.size,
                    Path.of("/proc/self/task").toFile().list()!!.size,
                )
            }
        }
    }
}
