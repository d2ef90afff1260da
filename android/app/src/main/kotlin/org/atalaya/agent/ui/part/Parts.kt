package org.atalaya.agent.ui.part

import android.content.Context
import android.os.Build
import android.view.ContextThemeWrapper
import android.view.LayoutInflater
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView
import org.atalaya.agent.R

/** What pages are put together from. */
internal class Parts(val page: ViewGroup) {
    val context: Context get() = page.context

    fun words(id: Int, vararg given: Any): String = context.getString(id, *given)

    fun text(text: CharSequence, style: Int = R.style.Text, above: Int = 0): TextView =
        TextView(ContextThemeWrapper(context, style), null, 0, style).also {
            it.text = text
            add(it, above)
        }

    fun heading(text: CharSequence, above: Int = 20): TextView =
        text(text, R.style.Text_Heading, above).also { it.headingForReaders() }

    fun button(text: CharSequence, style: Int = R.style.Button, above: Int = 12, act: (View) -> Unit): Button =
        newButton(text, style, act).also { add(it, above) }

    fun main(text: CharSequence, above: Int = 16, act: (View) -> Unit): Button = button(text, R.style.Button_Main, above, act)

    fun pair(first: CharSequence, second: CharSequence, above: Int, onFirst: (View) -> Unit, onSecond: (View) -> Unit) {
        val one = newButton(first, R.style.Button, onFirst)
        val two = newButton(second, R.style.Button, onSecond)
        add(Pair(context, one, two), above)
    }

    fun card(above: Int = 12, fill: Parts.() -> Unit): LinearLayout = LinearLayout(context).also {
        it.orientation = LinearLayout.VERTICAL
        it.setBackgroundResource(R.drawable.card)
        val side = dp(CARD_SIDE)
        it.setPadding(side, side, side, side)
        add(it, above)
        Parts(it).fill()
    }

    /** A hairline from side to side. */
    fun line(above: Int = 12) {
        val line = View(context).apply { setBackgroundColor(context.getColor(R.color.line)) }
        val place = LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, dp(1).coerceAtLeast(1))
        place.topMargin = dp(above)
        page.addView(line, place)
    }

    fun labelled(label: CharSequence, value: CharSequence): View = inflate(R.layout.labelled).also {
        it.findViewById<TextView>(R.id.label).text = label
        it.findViewById<TextView>(R.id.value).text = value
    }

    fun inflate(layout: Int): View = LayoutInflater.from(context).inflate(layout, page, false).also(page::addView)

    fun add(view: View, above: Int = 0) {
        val place = LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT)
        place.topMargin = dp(above)
        page.addView(view, place)
    }

    fun dp(number: Int): Int = (number * context.resources.displayMetrics.density).toInt()

    private fun newButton(text: CharSequence, style: Int, act: (View) -> Unit): Button =
        Button(ContextThemeWrapper(context, style), null, 0, style).also {
            it.text = text
            it.setOnClickListener(act)
        }

    private companion object {
        const val CARD_SIDE = 16
    }
}

/** Marks a heading for screen readers, which have known them since Android 9. */
internal fun View.headingForReaders() {
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) isAccessibilityHeading = true
}
