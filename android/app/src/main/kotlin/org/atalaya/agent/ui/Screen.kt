package org.atalaya.agent.ui

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.view.WindowInsets
import android.widget.TextView
import android.widget.Toast
import java.util.concurrent.Executor
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.atalaya.agent.Atalaya
import org.atalaya.agent.R
import org.atalaya.agent.enrolment.Enrolled
import org.atalaya.agent.ui.part.Parts
import org.atalaya.core.AgentException

/** A bar and a page that scrolls. What takes time runs in the background and comes back to the page that asked. */
abstract class Screen : Activity() {
    private val handler = Handler(Looper.getMainLooper())
    private val failing = CoroutineExceptionHandler { _, failure -> if (failure is AgentException) say(failure) else throw failure }
    private val drawing = CoroutineScope(Executor { handler.post(it) }.asCoroutineDispatcher() + SupervisorJob() + failing)

    internal val atalaya: Atalaya get() = Atalaya.of(this)
    internal val page: ViewGroup get() = findViewById(R.id.page)

    override fun attachBaseContext(base: Context) = super.attachBaseContext(Speech.of(base))

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        setContentView(R.layout.screen)
        findViewById<View>(R.id.back).setOnClickListener { finish() }
        stayWithinTheBars(findViewById(R.id.root))
    }

    override fun onDestroy() {
        drawing.cancel()
        super.onDestroy()
    }

    /** Names the screen; the first one shows the mark where the others have the way back. */
    internal fun name(title: CharSequence, isFirst: Boolean = false) {
        setTitle(title)
        findViewById<TextView>(R.id.title).text = title
        findViewById<View>(R.id.back).visibility = if (isFirst) View.GONE else View.VISIBLE
        findViewById<View>(R.id.mark).visibility = if (isFirst) View.VISIBLE else View.GONE
    }

    /** Draws the page anew. */
    internal fun draw(fill: Parts.() -> Unit) {
        page.removeAllViews()
        Parts(page).fill()
    }

    /** Runs this where it may draw. */
    internal fun whileShown(work: suspend () -> Unit): Job = drawing.launch { work() }

    /** Runs this where it may take its time. */
    internal suspend fun <T> apart(work: suspend () -> T): T = withContext(atalaya.background.coroutineContext) { work() }

    /** The enrolment that this screen is about: the one it was opened for, or else the first. */
    internal fun chosen(): Enrolled? = atalaya.enrolments.run { find(intent.getStringExtra(ENROLMENT)) ?: all().firstOrNull() }

    /** Opens another screen about the same enrolment. */
    internal fun open(screen: Class<out Screen>, enrolled: Enrolled) {
        startActivity(Intent(this, screen).putExtra(ENROLMENT, enrolled.name))
    }

    internal fun say(failure: AgentException) {
        Toast.makeText(this, wordsFor(failure), Toast.LENGTH_LONG).show()
    }

    // Since Android 15 an app draws below the system's bars whether it wants to or not.
    private fun stayWithinTheBars(root: View) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) {
            root.fitsSystemWindows = true
            return
        }
        root.setOnApplyWindowInsetsListener { view, insets ->
            val kinds = WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout() or WindowInsets.Type.ime()
            val bars = insets.getInsets(kinds)
            view.setPadding(bars.left, bars.top, bars.right, bars.bottom)
            WindowInsets.CONSUMED
        }
    }

    internal companion object {
        const val ENROLMENT = "enrolment"
    }
}
