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
 */
internal class RootSignsProbe(private val root: File = File("/"), private val build: Build = Build.ofThisPhone) {
    fun read(): RootSignsReading {
        val signs = buildList {
            if (SU_BINARIES.any(::exists)) add(RootSign.SU_BINARY)
            if (MANAGER_FILES.any(::exists)) add(RootSign.ROOT_MANAGER)
            if ("test-keys" in build.tags) add(RootSign.TEST_KEYS)
            if (build.type in setOf("eng", "userdebug")) add(RootSign.DANGEROUS_PROPERTY)
            if (systemIsWritable()) add(RootSign.WRITABLE_SYSTEM)
        }
        return RootSignsReading.Known(signs, Evidence.HEURISTIC)
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
