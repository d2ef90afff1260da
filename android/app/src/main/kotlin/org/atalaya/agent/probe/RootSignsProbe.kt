package org.atalaya.agent.probe

import android.os.Build
import java.io.File
import java.io.IOException
import org.atalaya.core.Evidence
import org.atalaya.core.RootSign
import org.atalaya.core.RootSignsReading

/**
 * Signs of root that any app can see. Each can be wrong or be hidden, so the evidence is a heuristic and a policy can
 * mute them. Root managers are looked for by their files: no other app is asked for.
 *
 * @param muted signs that are not looked for.
 */
internal class RootSignsProbe(
    private val root: File = File("/"),
    private val build: Build = Build.ofThisPhone,
    private val muted: Set<RootSign> = emptySet(),
) {
    private val looks: Map<RootSign, () -> Boolean> = mapOf(
        RootSign.SU_BINARY to { SU_BINARIES.any(::exists) },
        RootSign.ROOT_MANAGER to { MANAGER_FILES.any(::exists) },
        RootSign.TEST_KEYS to { "test-keys" in build.tags },
        RootSign.DANGEROUS_PROPERTY to { build.type in setOf("eng", "userdebug") },
        RootSign.WRITABLE_SYSTEM to { systemIsWritable() },
    )

    fun read(): RootSignsReading {
        val signs = looks.filter { (sign, isThere) -> sign !in muted && isThere() }.keys.toList()
        return RootSignsReading.Known(signs, Evidence.HEURISTIC)
    }

    /** The signs that would have been looked for; nothing where every one was. */
    fun notLookedFor(): RootSignsReading? {
        val skipped = looks.keys.filter { it in muted }
        return if (skipped.isEmpty()) null else RootSignsReading.Known(skipped, Evidence.HEURISTIC)
    }

    private fun exists(path: String): Boolean =
        try {
            File(root, path).exists()
        } catch (_: SecurityException) {
            false
        }

    private fun systemIsWritable(): Boolean =
        try {
            File(root, "proc/self/mounts").useLines { lines -> lines.any(::isWritableSystem) }
        } catch (_: IOException) {
            false
        }

    // device, place, kind, options…; `/` is the system's own on phones that start from it.
    private fun isWritableSystem(line: String): Boolean {
        val words = line.split(' ')
        if (words.size < 4 || words[2] in setOf("tmpfs", "overlay")) return false
        return words[1] in SYSTEM && "rw" in words[3].split(',')
    }

    /** What the system's builder wrote about it. */
    data class Build(val tags: String, val type: String) {
        companion object {
            val ofThisPhone get() = Build(android.os.Build.TAGS.orEmpty(), android.os.Build.TYPE.orEmpty())
        }
    }

    private companion object {
        val SU_BINARIES = listOf(
            "sbin/su", "system/bin/su", "system/xbin/su", "system/sbin/su", "system/bin/.ext/.su", "system/sd/xbin/su",
            "system/bin/failsafe/su", "vendor/bin/su", "product/bin/su", "data/local/su", "data/local/bin/su",
            "data/local/xbin/su", "su/bin/su", "debug_ramdisk/su",
        )
        val MANAGER_FILES = listOf(
            "sbin/.magisk", "debug_ramdisk/.magisk", "system/app/Superuser.apk", "system/app/SuperSU",
            "system/app/SuperSU.apk", "system/etc/init.d/99SuperSUDaemon", "data/adb/magisk", "data/adb/ksu",
            "data/adb/ap",
        )
        val SYSTEM = setOf("/system", "/vendor", "/product", "/system_ext")
    }
}
