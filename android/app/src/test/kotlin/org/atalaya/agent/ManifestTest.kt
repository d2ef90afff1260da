package org.atalaya.agent

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Document
import org.w3c.dom.Element

/** The manifest asks for what docs/privacy.md says, and for nothing else. */
class ManifestTest {
    private val android = File(checkNotNull(System.getProperty("atalaya.android")))
    private val manifest = parse("app/src/main/AndroidManifest.xml")
    private val page = File(android, "../docs/privacy.md").readText()

    private fun parse(path: String): Document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(File(android, path))

    private fun elements(document: Document, name: String): List<Element> =
        document.getElementsByTagName(name).let { all -> (0 until all.length).map { all.item(it) as Element } }

    private fun listed(place: String): Set<String> {
        val block = page.substringAfter("<!-- android-$place: begin -->").substringBefore("<!-- android-$place: end -->")
        return Regex("^\\| `([^`]+)`", RegexOption.MULTILINE).findAll(block).map { it.groupValues[1] }.toSet()
    }

    @Test
    fun every_permission_stands_on_the_page_and_no_other() {
        val asked = manifest.documentElement.let { elements(manifest, "uses-permission") + elements(manifest, "uses-permission-sdk-23") }
        assertEquals(listed("permissions"), asked.map { it.getAttribute("android:name").removePrefix("android.permission.") }.toSet())
    }

    @Test
    fun every_query_stands_on_the_page_and_no_other() {
        val queries = elements(manifest, "queries").single()
        val names = queries.getElementsByTagName("*").let { all -> (0 until all.length).map { all.item(it) as Element } }
            .filter { it.tagName != "intent" }
            .map { it.getAttribute("android:name") }
        assertEquals(listed("queries"), names.toSet())
    }

    @Test
    fun nothing_is_open_to_other_apps_but_the_door_and_the_first_screen() {
        val open = listOf("activity", "service", "receiver", "provider").flatMap { elements(manifest, it) }
            .filter { it.getAttribute("android:exported") != "false" }
            .map { it.getAttribute("android:name") }
        assertEquals(setOf(".ui.StatusScreen", ".ui.EnrolScreen"), open.toSet())
    }

    @Test
    fun nothing_is_copied_off_the_phone() {
        val application = elements(manifest, "application").single()
        assertEquals("false", application.getAttribute("android:allowBackup"))
        assertEquals("false", application.getAttribute("android:fullBackupContent"))
        assertEquals("@xml/data_extraction_rules", application.getAttribute("android:dataExtractionRules"))
        assertEquals("false", application.getAttribute("android:usesCleartextTraffic"))
        val rules = parse("app/src/main/res/xml/data_extraction_rules.xml")
        for (way in listOf("cloud-backup", "device-transfer")) {
            val kept = elements(rules, way).single().getElementsByTagName("exclude").length
            assertEquals(way, 9, kept)
        }
        assertEquals(0, elements(rules, "include").size)
    }

    @Test
    fun every_class_that_the_manifest_names_is_there() {
        for (name in listOf("application", "activity", "service", "receiver").flatMap { elements(manifest, it) }.map { it.getAttribute("android:name") }) {
            assertTrue(name, Class.forName("org.atalaya.agent$name").name.isNotEmpty())
        }
    }
}
