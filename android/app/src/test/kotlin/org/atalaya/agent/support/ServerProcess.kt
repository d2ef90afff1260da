package org.atalaya.agent.support

import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit
import org.json.JSONArray
import org.json.JSONObject
import org.json.JSONTokener

/**
 * A real `atalaya serve` over loopback, with a folder of its own, and the commands that an administrator has beside it.
 *
 * @param authority who certified it; null for one that speaks without TLS.
 */
class ServerProcess(private val authority: Authority? = null) : AutoCloseable {
    private val data: File = Files.createTempDirectory("atalaya-server").toFile()
    private var process: Process? = null
    private var port = 0

    init {
        start()
    }

    /** Starts it, after a stop under the address that it had before. */
    fun start() {
        val serve = listOf(PROGRAM, "serve", "--data", data.path, "--listen", "127.0.0.1:$port", "--json")
        val started = ProcessBuilder(serve + tls())
            .redirectError(File(data.parentFile, "${data.name}.log"))
            .start()
        process = started
        val said = StringBuilder()
        val out = started.inputStream.bufferedReader()
        while (true) {
            val line = checkNotNull(out.readLine()) { "the server ended: ${File(data.parentFile, "${data.name}.log").readText()}" }
            said.appendLine(line)
            if (line == "}") break
        }
        port = JSONObject(said.toString()).getString("address").substringAfterLast(':').toInt()
    }

    private fun tls(): List<String> {
        if (authority == null) return emptyList()
        val certificate = File(data, "cert.pem").apply { writeText(authority.certificate) }
        val key = File(data, "key.pem").apply { writeText(authority.key) }
        return listOf("--tls-cert", certificate.path, "--tls-key", key.path)
    }

    fun stop() {
        process?.run {
            destroy()
            check(waitFor(20, TimeUnit.SECONDS)) { "the server does not end" }
        }
        process = null
    }

    /** Makes another organisation beside the first. From then on each has to be named: the first is `1`. */
    fun organise(name: String) {
        ask("org", "create", "--name", name)
    }

    /** A fresh enrolment link, for this many phones. */
    fun link(organisation: String? = null, uses: Int = 1): String =
        ask("token", "create", "--uses", "$uses", *of(organisation)).getString("link")

    /** Takes this device out. */
    fun takeOut(device: String, organisation: String? = null) {
        ask("device", "close", device, "--retired", *of(organisation))
    }

    fun device(id: String, organisation: String? = null): JSONObject = ask("device", "show", id, *of(organisation))

    private fun of(organisation: String?): Array<String> = if (organisation == null) emptyArray() else arrayOf("--org", organisation)

    /** Applies this policy to everybody. */
    fun apply(policy: String) {
        val file = File(data, "policy-${System.nanoTime()}.yaml").apply { writeText(policy) }
        ask("policy", "apply", file.path)
    }

    private fun ask(vararg words: String): JSONObject {
        val asked = ProcessBuilder(listOf(PROGRAM) + words + listOf("--data", data.path, "--json"))
            .redirectError(ProcessBuilder.Redirect.PIPE)
            .start()
        val answer = asked.inputStream.bufferedReader().readText()
        val complaint = asked.errorStream.bufferedReader().readText()
        check(asked.waitFor() == 0) { "${words.joinToString(" ")}: $complaint" }
        return when (val value = JSONTokener(answer).nextValue()) {
            is JSONObject -> value
            is JSONArray -> JSONObject().put("all", value)
            else -> JSONObject()
        }
    }

    override fun close() {
        stop()
        data.deleteRecursively()
    }

    private companion object {
        val PROGRAM: String = checkNotNull(System.getProperty("atalaya.server"))
    }
}
