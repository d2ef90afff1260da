/** The real server that runs beside the tests (with-server). */
object Server {
    val url: String = System.getenv("ATALAYA_URL")
    val token: String = System.getenv("ATALAYA_TOKEN")
    val noticeToken: String = System.getenv("ATALAYA_NOTICE_TOKEN")

    /** How many devices it knows. */
    fun devices(): Int {
        val asked = ProcessBuilder(
            System.getenv("ATALAYA_SERVER"), "--data", System.getenv("ATALAYA_DATA"), "--json", "device", "list",
        ).redirectError(ProcessBuilder.Redirect.DISCARD).start()
        val answer = asked.inputStream.bufferedReader().readText()
        check(asked.waitFor() == 0) { "the server's list cannot be read" }
        return Regex("\"total\": *(\\d+)").find(answer)!!.groupValues[1].toInt()
    }
}
