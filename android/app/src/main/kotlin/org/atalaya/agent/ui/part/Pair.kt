package org.atalaya.agent.ui.part

import android.content.Context
import android.view.View
import android.view.View.MeasureSpec
import android.view.ViewGroup
import android.widget.LinearLayout
import android.widget.TextView

/** Two buttons: side by side where the words of both fit on one line each, else one below the other. */
internal class Pair(context: Context, first: TextView, second: TextView) : LinearLayout(context) {
    private val gap = (GAP_DP * resources.displayMetrics.density).toInt()

    init {
        addView(first, LayoutParams(0, ViewGroup.LayoutParams.WRAP_CONTENT))
        addView(second, LayoutParams(0, ViewGroup.LayoutParams.WRAP_CONTENT))
    }

    override fun onMeasure(widthMeasureSpec: Int, heightMeasureSpec: Int) {
        val free = MeasureSpec.UNSPECIFIED
        val widest = (0 until childCount).map(::getChildAt).maxOf { it.apply { measure(free, free) }.measuredWidth }
        val together = widest * 2 + gap <= MeasureSpec.getSize(widthMeasureSpec)
        orientation = if (together) HORIZONTAL else VERTICAL
        for (at in 0 until childCount) getChildAt(at).place(at > 0, together)
        super.onMeasure(widthMeasureSpec, heightMeasureSpec)
    }

    private fun View.place(isSecond: Boolean, together: Boolean) {
        layoutParams = (layoutParams as LayoutParams).apply {
            width = if (together) 0 else ViewGroup.LayoutParams.MATCH_PARENT
            weight = if (together) 1f else 0f
            marginStart = if (isSecond && together) gap else 0
            topMargin = if (isSecond && !together) gap else 0
        }
    }

    private companion object {
        const val GAP_DP = 10
    }
}
