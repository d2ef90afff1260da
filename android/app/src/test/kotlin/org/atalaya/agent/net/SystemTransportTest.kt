package org.atalaya.agent.net

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.net.ServerSocket
import org.atalaya.core.HttpException
import org.atalaya.core.HttpHeader
import org.atalaya.core.HttpRequest
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The system's HTTP stack as the core wants it, against a real server. */
@RunWith(RobolectricTestRunner::class)
class SystemTransportTest {
    private val seen = mutableListOf<HttpExchange>()
    private var body = ByteArray(0)
    private val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
    private val transport = SystemTransport("Atalaya/test") { null }

    private fun serve(answer: (HttpExchange) -> Unit): String {
        server.createContext("/") {
            seen += it
            body = it.requestBody.readBytes()
            answer(it)
            it.close()
        }
        server.start()
        return "http://127.0.0.1:${server.address.port}/v1/reports"
    }

    @After
    fun end() = server.stop(0)

    private fun request(url: String, body: ByteArray? = null, longest: ULong = 1000uL, seconds: UInt = 10u) =
        HttpRequest(url, if (body == null) "GET" else "POST", listOf(HttpHeader("Content-Type", "application/jose")), body, seconds, longest)

    @Test
    fun what_is_sent_and_what_comes_back_is_whole() {
        val url = serve {
            it.responseHeaders.add("Retry-After", "60")
            it.sendResponseHeaders(503, 4)
            it.responseBody.write("busy".encodeToByteArray())
        }
        val response = transport.call(request(url, "sealed".encodeToByteArray()))
        assertEquals(503, response.status.toInt())
        assertArrayEquals("busy".encodeToByteArray(), response.body)
        assertEquals("60", response.headers.first { it.name.equals("Retry-After", ignoreCase = true) }.value)
        assertArrayEquals("sealed".encodeToByteArray(), body)
        val sent = seen.single().requestHeaders
        assertEquals("Atalaya/test", sent.getFirst("User-Agent"))
        assertEquals("application/jose", sent.getFirst("Content-Type"))
        assertEquals(null, sent.getFirst("Cookie"))
    }

    @Test
    fun a_redirect_is_an_answer_and_is_not_followed() {
        val url = serve {
            it.responseHeaders.add("Location", "/elsewhere")
            it.sendResponseHeaders(302, -1)
        }
        assertEquals(302, transport.call(request(url)).status.toInt())
        assertEquals(1, seen.size)
    }

    @Test
    fun an_answer_that_is_too_long_is_not_read_to_its_end() {
        val url = serve {
            it.sendResponseHeaders(200, 0)
            it.responseBody.write(ByteArray(2000))
        }
        assertThrows(HttpException.TooLong::class.java) { transport.call(request(url, longest = 1999uL)) }
        assertEquals(2000, transport.call(request(url, longest = 2000uL)).body.size)
    }

    @Test
    fun nobody_there_is_unreachable() {
        val port = ServerSocket(0).use { it.localPort }
        assertThrows(HttpException.Unreachable::class.java) { transport.call(request("http://127.0.0.1:$port/")) }
        assertThrows(HttpException.Unreachable::class.java) { transport.call(request("http://nobody.invalid/")) }
    }

    @Test
    fun a_page_in_between_that_speaks_no_tls_and_a_line_that_is_cut_say_nothing_of_the_server() {
        val page = serve { it.sendResponseHeaders(200, -1) }.replace("http:", "https:")
        assertThrows(HttpException.Unreachable::class.java) { transport.call(request(page)) }
        ServerSocket(0).use { rude ->
            Thread {
                repeat(4) { rude.runCatching { accept().close() } }
            }.apply { isDaemon = true }.start()
            assertThrows(HttpException.Unreachable::class.java) { transport.call(request("https://127.0.0.1:${rude.localPort}/")) }
        }
    }

    @Test
    fun silence_ends_at_the_deadline() {
        ServerSocket(0).use { silent ->
            val url = "http://127.0.0.1:${silent.localPort}/"
            assertThrows(HttpException.Timeout::class.java) { transport.call(request(url, seconds = 1u)) }
        }
    }

    @Test
    fun a_connection_that_ends_early_is_broken() {
        ServerSocket(0).use { rude ->
            Thread {
                repeat(4) { rude.runCatching { accept().use { one -> one.getInputStream().read() } } }
            }.apply { isDaemon = true }.start()
            assertThrows(HttpException.Broken::class.java) { transport.call(request("http://127.0.0.1:${rude.localPort}/")) }
        }
    }

    @Test
    fun a_pinned_root_that_is_no_certificate_lets_nothing_through() {
        val pinned = SystemTransport("Atalaya/test") { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }
        assertThrows(HttpException.Identity::class.java) { pinned.call(request("https://127.0.0.1:1/")) }
    }
}
