package org.atalaya.agent.ui.part

import android.content.Context
import android.util.AttributeSet
import android.view.View.MeasureSpec
import android.widget.LinearLayout

/** As wide as the screen and no wider than is good to read; on a tablet it stands in the middle. */
class Column(context: Context, attributes: AttributeSet?) : LinearLayout(context, attributes) {
    private val widest = (WIDEST_DP * resources.displayMetrics.density).toInt()
    private val sides = paddingStart

    override fun onMeasure(widthMeasureSpec: Int, heightMeasureSpec: Int) {
        val beside = ((MeasureSpec.getSize(widthMeasureSpec) - widest) / 2).coerceAtLeast(0)
        setPaddingRelative(sides + beside, paddingTop, sides + beside, paddingBottom)
        super.onMeasure(widthMeasureSpec, heightMeasureSpec)
    }

    private companion object {
        const val WIDEST_DP = 600
    }
}
