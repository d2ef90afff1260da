package org.atalaya.agent.probe

import android.app.admin.DevicePolicyManager
import android.content.pm.PackageManager
import android.content.pm.Signature
import android.os.Build
import android.os.Bundle
import android.os.UserManager
import android.provider.Settings
import java.io.File
import org.atalaya.agent.support.Phone
import org.atalaya.core.BootStateReading
import org.atalaya.core.Evidence
import org.atalaya.core.Fact
import org.atalaya.core.Facts
import org.atalaya.core.FlagReading
import org.atalaya.core.LockComplexity
import org.atalaya.core.LockComplexityReading
import org.atalaya.core.Presence
import org.atalaya.core.RootSign
import org.atalaya.core.RootSignsReading
import org.atalaya.core.StorageEncryption
import org.atalaya.core.StorageEncryptionReading
import org.atalaya.core.TextReading
import org.atalaya.core.TextsReading
import org.atalaya.core.UnknownReason
import org.atalaya.core.WantedFacts
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowBuild
import org.robolectric.util.ReflectionHelpers

/** Each signal with each of its answers. */
@RunWith(RobolectricTestRunner::class)
class ProbesTest {
    @get:Rule
    val phone = Phone()

    @get:Rule
    val folder = TemporaryFolder()

    private val everything = WantedFacts(Fact.entries, emptyList())

    private fun probe(allowed: Boolean = true) = AndroidProbe(phone.context) { allowed }

    @Test
    fun nothing_is_read_that_is_not_wanted() {
        assertEquals(Facts(), probe().facts(WantedFacts(emptyList(), emptyList())))
        val facts = probe().facts(WantedFacts(listOf(Fact.MODEL), emptyList()))
        assertEquals(Facts(model = known("Pixel 8")), facts)
    }

    @Test
    fun every_fact_that_is_wanted_has_a_reading() {
        val facts = probe().facts(everything)
        val business = checkNotNull(facts.whatsappBusiness)
        val all = listOf(
            facts.model, facts.osVersion, facts.osName, facts.securityPatch, facts.vendorPatch, facts.kernelVersion,
            facts.storageEncryption, facts.screenLock, facts.lockComplexity, business.presence, business.version, business.signers, business.installer,
            facts.whatsappConsumer, facts.ownAppGenuine, facts.bootState, facts.rootSigns, facts.developerOptions, facts.adb,
        )
        assertEquals(emptyList<Any?>(), all.filter { it == null })
        assertEquals(Fact.entries.size, all.size)
        assertEquals(BootStateReading.Unknown(UnknownReason.PLATFORM_FORBIDS), facts.bootState)
        assertEquals(unknownText(UnknownReason.NOT_SUPPORTED), facts.osName)
    }

    @Test
    fun text_of_a_maker_that_is_blank_or_endless_is_unknown() {
        assertEquals(known("Pixel 8"), printed(" Pixel 8\n"))
        for (text in listOf(null, "", " \t", "x".repeat(121))) assertEquals(unknownText(UnknownReason.PROBE_FAILED), printed(text))
    }

    @Test
    fun the_system_and_its_patch_are_what_it_prints() {
        assertEquals(known(Build.VERSION.RELEASE), OsVersionProbe.read())
        patch("2026-10-05")
        assertEquals(known("2026-10-05"), SecurityPatchProbe(phone.context).read())
        for (odd in listOf("", "October 2026", "2026-13-01", "20261005")) {
            patch(odd)
            assertEquals(odd, unknownText(UnknownReason.PROBE_FAILED), SecurityPatchProbe(phone.context).read())
        }
    }

    @Test
    fun the_makers_part_and_the_kernel_have_levels_since_android_15() {
        val state = bundleOf("system_spl" to "2026-11-01", "vendor_spl" to "2026-09-05", "kernel_version" to "6.1.128")
        val probe = SecurityPatchProbe { state }
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.VANILLA_ICE_CREAM) {
            assertEquals(unknownText(UnknownReason.NOT_SUPPORTED), probe.vendor())
            assertEquals(unknownText(UnknownReason.NOT_SUPPORTED), probe.kernel())
            return
        }
        assertEquals(known("2026-11-01"), probe.read())
        assertEquals(known("2026-09-05"), probe.vendor())
        assertEquals(known("6.1.128"), probe.kernel())
        // A maker that leaves it empty or writes it its own way, and a system without the service.
        for (odd in listOf(bundleOf("vendor_spl" to "September", "kernel_version" to " "), bundleOf(), null)) {
            assertEquals(unknownText(UnknownReason.PROBE_FAILED), SecurityPatchProbe { odd }.vendor())
            assertEquals(unknownText(UnknownReason.PROBE_FAILED), SecurityPatchProbe { odd }.kernel())
        }
    }

    private fun bundleOf(vararg texts: Pair<String, String>) =
        Bundle().apply { texts.forEach { (key, text) -> putString(key, text) } }

    private fun patch(day: String) = ReflectionHelpers.setStaticField(Build.VERSION::class.java, "SECURITY_PATCH", day)

    @Test
    fun each_kind_of_encryption_is_told_apart_and_a_new_one_is_unknown() {
        val kinds = mapOf(
            0 to StorageEncryption.UNSUPPORTED,
            1 to StorageEncryption.INACTIVE,
            2 to StorageEncryption.ACTIVATING,
            3 to StorageEncryption.WHOLE_DISK,
            4 to StorageEncryption.DEFAULT_KEY,
            5 to StorageEncryption.PER_USER,
        )
        for ((number, kind) in kinds) {
            phone.encryption(number)
            assertEquals(StorageEncryptionReading.Known(kind, Evidence.OS_REPORTED), StorageEncryptionProbe(phone.context).read())
        }
        assertEquals(StorageEncryptionReading.Unknown(UnknownReason.PROBE_FAILED), StorageEncryptionProbe.of(6))
    }

    @Test
    fun a_lock_is_there_or_not() {
        assertEquals(known(true), ScreenLockProbe(phone.context).read())
        phone.locked(false)
        assertEquals(known(false), ScreenLockProbe(phone.context).read())
    }

    @Test
    fun each_band_of_a_lock_is_told_apart_and_a_new_one_is_unknown() {
        val manager = shadowOf(phone.context.getSystemService(DevicePolicyManager::class.java))
        val bands = mapOf(
            0 to LockComplexity.NONE,
            0x10000 to LockComplexity.LOW,
            0x30000 to LockComplexity.MEDIUM,
            0x50000 to LockComplexity.HIGH,
        )
        for ((number, band) in bands) {
            manager.setPasswordComplexity(number)
            assertEquals(LockComplexityReading.Known(band, Evidence.OS_REPORTED), LockComplexityProbe(phone.context).read())
        }
        assertEquals(LockComplexityReading.Unknown(UnknownReason.PROBE_FAILED), LockComplexityProbe.of(0x20000))
    }

    @Test
    @Config(sdk = [26])
    fun before_android_10_the_band_is_not_supported() {
        assertEquals(LockComplexityReading.Unknown(UnknownReason.NOT_SUPPORTED), LockComplexityProbe(phone.context).read())
    }

    @Test
    fun an_app_is_installed_disabled_or_absent() {
        val app = AppProbe(phone.context, AppProbe.WHATSAPP_BUSINESS, Profile.ONLY)
        assertEquals(known(Presence.ABSENT), app.presence())
        assertEquals(unknownText(UnknownReason.NOT_SUPPORTED), app.version())
        assertEquals(unknownTexts(UnknownReason.NOT_SUPPORTED), app.signers())
        assertEquals(unknownText(UnknownReason.NOT_SUPPORTED), app.installer())
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71")
        assertEquals(known(Presence.INSTALLED), app.presence())
        assertEquals(known("2.26.39.71"), app.version())
        val off = PackageManager.COMPONENT_ENABLED_STATE_DISABLED
        phone.context.packageManager.setApplicationEnabledSetting(AppProbe.WHATSAPP_BUSINESS, off, 0)
        assertEquals(known(Presence.DISABLED), app.presence())
    }

    @Test
    fun who_signed_and_who_brought_an_app_is_told() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71", signer = Signature("abc".encodeToByteArray()))
        val app = AppProbe(phone.context, AppProbe.WHATSAPP_BUSINESS, Profile.ONLY)
        val digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assertEquals(known(listOf(digest)), app.signers())
        assertEquals(known("com.android.vending"), app.installer())
    }

    @Test
    fun an_app_from_a_file_has_an_empty_installer() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71", installer = null)
        assertEquals(known(""), AppProbe(phone.context, AppProbe.WHATSAPP_BUSINESS, Profile.ONLY).installer())
    }

    @Test
    @Config(sdk = [26])
    fun on_android_8_signer_and_installer_are_asked_the_old_way() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71", signer = Signature("abc".encodeToByteArray()))
        val app = AppProbe(phone.context, AppProbe.WHATSAPP_BUSINESS, Profile.ONLY)
        assertEquals(1, (app.signers() as TextsReading.Known).value.size)
        assertEquals(known("com.android.vending"), app.installer())
    }

    @Test
    fun beside_another_profile_a_missing_app_is_unknown_and_never_absent() {
        val app = AppProbe(phone.context, AppProbe.WHATSAPP_BUSINESS, Profile.PERSONAL_BESIDE_ANOTHER)
        assertEquals(unknownPresence(UnknownReason.NOT_IN_THIS_PROFILE), app.presence())
        assertEquals(unknownText(UnknownReason.NOT_IN_THIS_PROFILE), app.version())
        assertEquals(known(Presence.ABSENT), AppProbe(phone.context, AppProbe.WHATSAPP, Profile.WORK).presence())
    }

    @Test
    fun the_profile_is_known() {
        val users = shadowOf(phone.context.getSystemService(UserManager::class.java))
        assertEquals(Profile.ONLY, ProfileProbe(phone.context).read())
        users.setManagedProfile(true)
        assertEquals(Profile.WORK, ProfileProbe(phone.context).read())
        users.setManagedProfile(false)
        users.addUserProfile(android.os.UserHandle.of(10))
        assertEquals(Profile.PERSONAL_BESIDE_ANOTHER, ProfileProbe(phone.context).read())
    }

    @Test
    fun without_leave_no_whatsapp_is_looked_for() {
        phone.install(AppProbe.WHATSAPP_BUSINESS, "2.26.39.71")
        val facts = probe(allowed = false).facts(everything)
        val missing = UnknownReason.PERMISSION_MISSING
        val app = checkNotNull(facts.whatsappBusiness)
        assertEquals(unknownPresence(missing), app.presence)
        assertEquals(unknownText(missing), app.version)
        assertEquals(unknownTexts(missing), app.signers)
        assertEquals(unknownText(missing), app.installer)
        assertEquals(unknownPresence(missing), facts.whatsappConsumer)
    }

    @Test
    fun a_setting_is_off_until_it_is_on_and_an_odd_value_is_unknown() {
        val content = phone.context.contentResolver
        for (name in listOf(SettingProbe.DEVELOPER_OPTIONS, SettingProbe.ADB)) {
            for ((text, reading) in mapOf("0" to known(false), "1" to known(true), "yes" to unknownFlag(UnknownReason.PROBE_FAILED))) {
                Settings.Global.putString(content, name, text)
                assertEquals(reading, SettingProbe(phone.context, name).read())
            }
            Settings.Global.putString(content, name, null)
            assertEquals(known(false), SettingProbe(phone.context, name).read())
        }
    }

    @Test
    fun without_a_list_of_signers_this_app_is_not_called_genuine() {
        assertEquals(FlagReading.Unknown(UnknownReason.NOT_SUPPORTED), OwnAppProbe(phone.context).read())
    }

    @Test
    fun signs_of_root_are_found_one_by_one() {
        val root = folder.root
        val stock = RootSignsProbe.Build("release-keys", "user")
        fun signs(build: RootSignsProbe.Build = stock) = (RootSignsProbe(root, build).read() as RootSignsReading.Known).value
        assertEquals(emptyList<RootSign>(), signs())
        assertEquals(listOf(RootSign.TEST_KEYS, RootSign.DANGEROUS_PROPERTY), signs(RootSignsProbe.Build("test-keys", "eng")))
        file("proc/self/mounts", "/dev/block/dm-0 / ext4 ro,seclabel 0 0\ntmpfs /system tmpfs rw 0 0\n")
        assertEquals(emptyList<RootSign>(), signs())
        file("proc/self/mounts", "/dev/block/dm-1 /system ext4 rw,seclabel 0 0\n")
        file("system/xbin/su", "")
        file("data/adb/magisk", "")
        assertEquals(listOf(RootSign.SU_BINARY, RootSign.ROOT_MANAGER, RootSign.WRITABLE_SYSTEM), signs())
        assertEquals(Evidence.HEURISTIC, (RootSignsProbe(root, stock).read() as RootSignsReading.Known).evidence)
    }

    @Test
    fun a_muted_sign_is_not_looked_for_and_the_reading_says_so() {
        file("system/xbin/su", "")
        file("data/adb/magisk", "")
        val muted = setOf(RootSign.SU_BINARY, RootSign.JAILBREAK_FILE)
        val probe = RootSignsProbe(folder.root, RootSignsProbe.Build("release-keys", "user"), muted)
        assertEquals(RootSignsReading.Known(listOf(RootSign.ROOT_MANAGER), Evidence.HEURISTIC), probe.read())
        // A jailbreak's files are nothing that Android looks for.
        assertEquals(RootSignsReading.Known(listOf(RootSign.SU_BINARY), Evidence.HEURISTIC), probe.notLookedFor())
        val facts = probe().facts(WantedFacts(listOf(Fact.ROOT_SIGNS), listOf(RootSign.TEST_KEYS)))
        assertEquals(RootSignsReading.Known(listOf(RootSign.TEST_KEYS), Evidence.HEURISTIC), facts.mutedRootSigns)
        assertEquals(null, probe().facts(everything).mutedRootSigns)
    }

    private fun file(path: String, text: String) = File(folder.root, path).apply { parentFile?.mkdirs() }.writeText(text)

    @Test
    fun an_unknown_model_says_so() {
        ShadowBuild.setModel("")
        assertEquals(TextReading.Unknown(UnknownReason.PROBE_FAILED), ModelProbe.read())
    }
}
