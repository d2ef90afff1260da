package org.atalaya.agent.support

import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.TextView

/** Presses the button that says this. */
fun press(page: ViewGroup, words: String) {
    checkNotNull(views(page).filterIsInstance<Button>().find { it.text.toString() == words }) { "no button $words" }.performClick()
}

/** All that a page says. */
fun texts(page: ViewGroup): List<String> = views(page).filterIsInstance<TextView>().map { it.text.toString() }

private fun views(view: View): List<View> =
    if (view is ViewGroup) listOf(view) + (0 until view.childCount).flatMap { views(view.getChildAt(it)) } else listOf(view)
