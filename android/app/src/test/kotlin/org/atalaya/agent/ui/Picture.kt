package org.atalaya.agent.ui

import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import android.view.View.MeasureSpec
import android.view.ViewGroup
import android.widget.ImageView
import android.widget.TextView
import java.io.File
import org.atalaya.agent.R

/** A screen as it is drawn: laid out in full height, kept as a picture, and looked over. */
internal class Picture(private val screen: Screen) {
    private val density = screen.resources.displayMetrics.density

    /** Lays the screen out as wide as it is and as high as its page needs. */
    fun layOut(): Picture {
        val metrics = screen.resources.displayMetrics
        val root = screen.window.decorView
        val width = MeasureSpec.makeMeasureSpec(metrics.widthPixels, MeasureSpec.EXACTLY)
        place(root, width, metrics.heightPixels)
        val scroll = screen.findViewById<ViewGroup>(R.id.scroll)
        val missing = scroll.getChildAt(0).measuredHeight - scroll.height
        if (missing > 0) place(root, width, metrics.heightPixels + missing)
        return this
    }

    private fun place(root: View, width: Int, height: Int) {
        root.measure(width, MeasureSpec.makeMeasureSpec(height, MeasureSpec.EXACTLY))
        root.layout(0, 0, root.measuredWidth, root.measuredHeight)
    }

    fun keep(name: String) {
        val root = screen.window.decorView
        val bitmap = Bitmap.createBitmap(root.width, root.height, Bitmap.Config.ARGB_8888)
        root.draw(Canvas(bitmap))
        val folder = File(checkNotNull(System.getProperty("atalaya.android")), "target/screens").apply { mkdirs() }
        File(folder, "$name.png").outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
    }

    /** What is wrong with it: words cut off, targets too small, what a screen reader could not name. */
    fun faults(): List<String> = shown(screen.findViewById(R.id.root)).flatMap { view ->
        listOfNotNull(cutOff(view), outside(view), tooSmall(view), nameless(view))
    }

    private fun shown(view: View): List<View> = when {
        view.visibility != View.VISIBLE -> emptyList()
        view is ViewGroup -> listOf(view) + (0 until view.childCount).flatMap { shown(view.getChildAt(it)) }
        else -> listOf(view)
    }

    private fun cutOff(view: View): String? {
        val layout = (view as? TextView)?.layout ?: return null
        val inner = view.height - view.totalPaddingTop - view.totalPaddingBottom
        val isCut = layout.height > inner + 1 || (0 until layout.lineCount).any {
            layout.getEllipsisCount(it) > 0 || layout.getLineMax(it) > layout.width + 1
        }
        return if (isCut) "cut off: ${words(view)}" else null
    }

    private fun outside(view: View): String? {
        val parent = view.parent as? ViewGroup ?: return null
        val fits = view.left >= 0 && view.right <= parent.width && view.top >= 0 && (view.bottom <= parent.height || parent.id == R.id.scroll)
        return if (fits) null else "outside: ${words(view)}"
    }

    private fun tooSmall(view: View): String? {
        if (!view.isClickable || !view.hasOnClickListeners() && view !is TextView) return null
        if (view is TextView && view.isTextSelectable && !view.hasOnClickListeners()) return null
        val small = view.width < LEAST_DP * density - 1 || view.height < LEAST_DP * density - 1
        return if (small) "${view.width / density} × ${view.height / density} dp: ${words(view)}" else null
    }

    private fun nameless(view: View): String? {
        if (!view.isClickable || view is TextView && view.text.isNotEmpty()) return null
        val named = !view.contentDescription.isNullOrBlank() || view is TextView && !view.hint.isNullOrBlank()
        return if (named || view is ViewGroup && !view.hasOnClickListeners()) null else "without a name: $view"
    }

    private fun words(view: View): String = when (view) {
        is TextView -> "“${view.text}”"
        is ImageView -> "“${view.contentDescription}”"
        else -> view.javaClass.simpleName
    }

    private companion object {
        const val LEAST_DP = 48
    }
}
