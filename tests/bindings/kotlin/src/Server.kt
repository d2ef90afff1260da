/** The real server that runs beside the tests (with-server). */
object Server {
    val url: String = System.getenv("ATALAYA_URL")
    val token: String = System.getenv("ATALAYA_TOKEN")
    val noticeToken: String = System.getenv("ATALAYA_NOTICE_TOKEN")

    /** How many devices it knows. */
    fun devices(): Int = Regex("\"total\": *(\\d+)").find(asked("device", "list"))!!.groupValues[1].toInt()

    /** The evidence that it holds for a device's keys, newest first: whether each is current. */
    fun evidence(device: String): List<Boolean> {
        val held = asked("device", "show", device).substringAfter("\"attestations\":", "")
        return Regex("\"current\": *(true|false)").findAll(held).map { it.groupValues[1].toBoolean() }.toList()
    }

    /** Another token, for one device. */
    fun newToken(): String =
        Regex("\"token\": *\"([^\"]+)\"").find(asked("token", "create", "--group", "bridge"))!!.groupValues[1]

    /** An administrator closes this device. */
    fun close(device: String) {
        asked("device", "close", device, "--retired")
    }

    private fun asked(vararg words: String): String {
        val program = listOf(System.getenv("ATALAYA_SERVER"), "--data", System.getenv("ATALAYA_DATA"), "--json")
        val asked = ProcessBuilder(program + words).redirectError(ProcessBuilder.Redirect.DISCARD).start()
        val answer = asked.inputStream.bufferedReader().readText()
        check(asked.waitFor() == 0) { "the server does not answer ${words.joinToString(" ")}" }
        return answer
    }
}
