package org.atalaya.agent.net

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.net.ConnectException
import java.net.HttpURLConnection
import java.net.NoRouteToHostException
import java.net.SocketTimeoutException
import java.net.URL
import java.net.UnknownHostException
import java.security.GeneralSecurityException
import java.util.concurrent.TimeUnit
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLException
import javax.net.ssl.SSLPeerUnverifiedException
import org.atalaya.core.HttpException
import org.atalaya.core.HttpHeader
import org.atalaya.core.HttpRequest
import org.atalaya.core.HttpResponse
import org.atalaya.core.HttpTransport

/**
 * The system's own HTTP stack, so its trust store, its proxies, its per-app VPN and its network security rules hold.
 * Follows nothing, keeps nothing, sends no cookie. With a pinned root no other is believed.
 *
 * @param pinnedRoot the certificate that the company's configuration names, asked anew each time.
 */
internal class SystemTransport(private val userAgent: String, private val pinnedRoot: () -> String?) : HttpTransport {
    override fun call(request: HttpRequest): HttpResponse {
        val deadline = Deadline(TimeUnit.SECONDS.toMillis(request.timeoutSeconds.toLong()))
        val connection = URL(request.url).openConnection() as HttpURLConnection
        try {
            prepare(connection, request, deadline)
            connect(connection)
            return exchange(connection, request, deadline)
        } finally {
            connection.disconnect()
        }
    }

    private fun prepare(connection: HttpURLConnection, request: HttpRequest, deadline: Deadline) {
        connection.requestMethod = request.method
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.connectTimeout = minOf(CONNECT_MILLIS, deadline.leftMillis())
        connection.readTimeout = deadline.leftMillis()
        connection.setRequestProperty("User-Agent", userAgent)
        // Otherwise the system asks for gzip and undoes it, and a short answer could grow without end.
        connection.setRequestProperty("Accept-Encoding", "identity")
        request.headers.forEach { connection.setRequestProperty(it.name, it.value) }
        val root = pinnedRoot()
        if (root != null && connection is HttpsURLConnection) connection.sslSocketFactory = pinned(root)
        request.body?.let {
            connection.doOutput = true
            connection.setFixedLengthStreamingMode(it.size)
        }
    }

    private fun pinned(root: String) =
        try {
            PinnedRoot.socketFactory(root)
        } catch (_: GeneralSecurityException) {
            throw HttpException.Identity("the pinned root is no certificate")
        }

    // Until it is connected nothing was sent: what fails here may be tried again without a second thought.
    private fun connect(connection: HttpURLConnection) {
        try {
            connection.connect()
        } catch (error: SSLException) {
            throw if (error.isOfIdentity()) HttpException.Identity(error.javaClass.simpleName) else HttpException.Unreachable()
        } catch (_: SocketTimeoutException) {
            throw HttpException.Unreachable()
        } catch (_: IOException) {
            throw HttpException.Unreachable()
        }
    }

    // A certificate that is not believed. A line that is cut, or the page of a Wi-Fi that speaks no TLS, says nothing of whose
    // server that is.
    private fun SSLException.isOfIdentity(): Boolean =
        this is SSLPeerUnverifiedException || generateSequence<Throwable>(this) { it.cause }.any { it is GeneralSecurityException }

    private fun exchange(connection: HttpURLConnection, request: HttpRequest, deadline: Deadline): HttpResponse =
        try {
            request.body?.let { body -> connection.outputStream.use { it.write(body) } }
            connection.readTimeout = deadline.leftMillis()
            val status = connection.responseCode
            if (status < 0) throw HttpException.Broken()
            val body = read(connection, request.longestAnswer.toLong(), deadline)
            HttpResponse(status.toUShort(), headers(connection), body)
        } catch (error: HttpException) {
            throw error
        } catch (_: SocketTimeoutException) {
            throw HttpException.Timeout()
        } catch (error: SSLException) {
            // Some systems shake hands only when the first byte is written.
            throw if (error.isOfIdentity()) HttpException.Identity(error.javaClass.simpleName) else HttpException.Broken()
        } catch (_: ConnectException) {
            throw HttpException.Unreachable()
        } catch (_: NoRouteToHostException) {
            throw HttpException.Unreachable()
        } catch (_: UnknownHostException) {
            throw HttpException.Unreachable()
        } catch (_: IOException) {
            throw HttpException.Broken()
        }

    private fun read(connection: HttpURLConnection, longest: Long, deadline: Deadline): ByteArray {
        if (connection.contentLengthLong > longest) throw HttpException.TooLong()
        val stream = (if (connection.responseCode >= FIRST_ERROR) connection.errorStream else connection.inputStream)
            ?: return ByteArray(0)
        val kept = ByteArrayOutputStream()
        val part = ByteArray(PART)
        stream.use {
            while (true) {
                connection.readTimeout = deadline.leftMillis()
                val length = it.read(part)
                if (length < 0) return kept.toByteArray()
                kept.write(part, 0, length)
                if (kept.size() > longest) throw HttpException.TooLong()
            }
        }
    }

    private fun headers(connection: HttpURLConnection): List<HttpHeader> =
        connection.headerFields.entries
            .filter { (name, _) -> name != null } // The status line stands under no name.
            .flatMap { (name, values) -> values.map { HttpHeader(name, it) } }

    private class Deadline(millis: Long) {
        private val end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis)

        /** Throws when it has passed: zero would mean to wait for ever. */
        fun leftMillis(): Int {
            val left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())
            if (left <= 0) throw HttpException.Timeout()
            return left.coerceAtMost(Int.MAX_VALUE.toLong()).toInt()
        }
    }

    private companion object {
        const val CONNECT_MILLIS = 10_000
        const val FIRST_ERROR = 400
        const val PART = 8 * 1024
    }
}
