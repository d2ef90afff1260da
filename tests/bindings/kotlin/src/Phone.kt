import java.io.IOException
import java.math.BigInteger
import java.net.ConnectException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.net.http.HttpTimeoutException
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import org.atalaya.core.AttestationEvidence
import org.atalaya.core.AttestationSource
import org.atalaya.core.DeviceProbe
import org.atalaya.core.Facts
import org.atalaya.core.HttpException
import org.atalaya.core.HttpHeader
import org.atalaya.core.HttpRequest
import org.atalaya.core.HttpResponse
import org.atalaya.core.HttpTransport
import org.atalaya.core.KeySuccession
import org.atalaya.core.NextKey
import org.atalaya.core.Platform
import org.atalaya.core.PostureAgent
import org.atalaya.core.ReportSigner
import org.atalaya.core.Setup
import org.atalaya.core.ShellException
import org.atalaya.core.WantedFacts

/** A shell by the JVM's own means: the five ports, each scriptable, each counting what crosses. */
class Phone(var saw: Map<String, Seen> = Case.good, val folder: Path = Files.createTempDirectory("phone-")) {
    val crossings = CopyOnWriteArrayList<String>()
    val probe = Probe()
    val signer = Signer()
    val succession = Succession()
    val transport = Transport()
    var agent: PostureAgent = opened()

    fun setup() = Setup(folder.toString(), Platform.ANDROID, "0.1.0")

    private fun opened() = PostureAgent.open(setup(), probe, signer, signer, succession, transport)

    /** As after the app was ended and started again. */
    fun reopen() {
        agent = opened()
    }

    inner class Probe : DeviceProbe {
        val wanted = CopyOnWriteArrayList<WantedFacts>()
        val threads: MutableSet<Thread> = ConcurrentHashMap.newKeySet()

        @Volatile var fault: Throwable? = null

        override fun facts(wanted: WantedFacts): Facts {
            crossings += "facts"
            this.wanted += wanted
            threads += Thread.currentThread()
            fault?.let { throw it }
            return facts(saw)
        }
    }

    /** A key that is made together with its evidence, as Android's is. */
    inner class Signer : ReportSigner, AttestationSource {
        var keys: KeyPair? = null
        val signedBy = CopyOnWriteArrayList<List<Byte>>()

        @Volatile var attested = 0
        @Volatile var fault: Throwable? = null
        @Volatile var brokenKey: ByteArray? = null

        /** Whether the key is made without evidence. */
        @Volatile var bare = false

        /** What it gives of the key later, as iOS's does, and over which challenges it was asked to. */
        @Volatile var asserts: AttestationEvidence = AttestationEvidence.None
        val asserted = CopyOnWriteArrayList<String>()

        override fun attest(challenge: ByteArray): AttestationEvidence {
            crossings += "attest"
            fault?.let { throw it }
            attested += 1
            keys = pair()
            return if (bare) AttestationEvidence.None else evidence(challenge)
        }

        override fun assertion(challenge: ByteArray): AttestationEvidence {
            crossings += "assertion"
            fault?.let { throw it }
            asserted += String(challenge)
            return asserts
        }

        override fun publicKey(): ByteArray {
            crossings += "publicKey"
            brokenKey?.let { return it }
            return point(keys!!)
        }

        override fun sign(message: ByteArray): ByteArray {
            crossings += "sign"
            fault?.let { throw it }
            signedBy += point(keys!!).toList()
            return signature(keys!!, message)
        }
    }

    /** Makes the key after the signer's. [fault] keeps it from being made, [lost] is thrown once a key was adopted. */
    inner class Succession : KeySuccession {
        @Volatile var next: KeyPair? = null
        val challenges = CopyOnWriteArrayList<List<Byte>>()
        val adopted = CopyOnWriteArrayList<List<Byte>>()

        @Volatile var switches = 0
        @Volatile var fault: Throwable? = null
        @Volatile var lost: Throwable? = null

        override fun makeNext(challenge: ByteArray): NextKey {
            crossings += "makeNext"
            fault?.let { throw it }
            challenges += challenge.toList()
            return NextKey(point(pair().also { next = it }), evidence(challenge))
        }

        override fun signWithNext(message: ByteArray): ByteArray {
            crossings += "signWithNext"
            return signature(next!!, message)
        }

        override fun adopt(publicKey: ByteArray) {
            crossings += "adopt"
            adopted += publicKey.toList()
            if (!point(signer.keys!!).contentEquals(publicKey)) {
                signer.keys = next?.takeIf { point(it).contentEquals(publicKey) } ?: throw ShellException.KeyLost()
                next = null
                switches += 1
            }
            lost?.let {
                lost = null
                throw it
            }
        }
    }

    /** The JDK's HTTP client. [before] and [after] are called around each request and may throw. */
    inner class Transport : HttpTransport {
        val requests = CopyOnWriteArrayList<String>()

        @Volatile var before: (HttpRequest) -> Unit = {}
        @Volatile var after: (HttpRequest) -> Unit = {}

        override fun call(request: HttpRequest): HttpResponse {
            crossings += "call"
            requests += request.url
            before(request)
            val answer = send(request)
            after(request)
            return answer
        }

        private fun send(request: HttpRequest): HttpResponse {
            val outgoing = java.net.http.HttpRequest.newBuilder(URI(request.url))
                .timeout(Duration.ofSeconds(request.timeoutSeconds.toLong()))
                .method(request.method, request.body?.let(BodyPublishers::ofByteArray) ?: BodyPublishers.noBody())
            request.headers.forEach { outgoing.header(it.name, it.value) }
            val answer = try {
                client.send(outgoing.build(), BodyHandlers.ofByteArray())
            } catch (_: HttpTimeoutException) {
                throw HttpException.Timeout()
            } catch (_: ConnectException) {
                throw HttpException.Unreachable()
            } catch (_: IOException) {
                throw HttpException.Broken()
            }
            if (answer.body().size.toULong() > request.longestAnswer) throw HttpException.TooLong()
            val headers = answer.headers().map().flatMap { (name, values) -> values.map { HttpHeader(name, it) } }
            return HttpResponse(answer.statusCode().toUShort(), headers, answer.body())
        }
    }

    companion object {
        private val client: HttpClient = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()

        private fun pair(): KeyPair = KeyPairGenerator.getInstance("EC").run {
            initialize(ECGenParameterSpec("secp256r1"))
            generateKeyPair()
        }

        /** The uncompressed point of X9.62. */
        fun point(keys: KeyPair): ByteArray {
            val point = (keys.public as ECPublicKey).w
            return byteArrayOf(4) + coordinate(point.affineX) + coordinate(point.affineY)
        }

        private fun coordinate(number: BigInteger): ByteArray {
            val bytes = number.toByteArray().takeLast(32)
            return ByteArray(32 - bytes.size) + bytes.toByteArray()
        }

        private fun signature(keys: KeyPair, message: ByteArray): ByteArray = Signature.getInstance("SHA256withECDSA").run {
            initSign(keys.private)
            update(message)
            sign()
        }

        private fun evidence(challenge: ByteArray) =
            AttestationEvidence.AndroidChain(listOf("leaf over ".toByteArray() + challenge, "root".toByteArray()))
    }
}
