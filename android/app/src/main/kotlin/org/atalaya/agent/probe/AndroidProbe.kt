package org.atalaya.agent.probe

import android.content.Context
import org.atalaya.core.AppFacts
import org.atalaya.core.BootStateReading
import org.atalaya.core.DeviceProbe
import org.atalaya.core.Fact
import org.atalaya.core.Facts
import org.atalaya.core.UnknownReason
import org.atalaya.core.WantedFacts

/**
 * Reads the phone: what is wanted, and nothing else. Each fact is read by a file of its own; one that breaks costs its
 * own fact only.
 *
 * @param mayLookForWhatsApp what the company's configuration and the person allow, asked anew each time.
 */
class AndroidProbe(private val context: Context, private val mayLookForWhatsApp: () -> Boolean) : DeviceProbe {
    override fun facts(wanted: WantedFacts): Facts {
        val allowed = mayLookForWhatsApp()
        val profile = if (allowed) ProfileProbe(context).read() else Profile.ONLY
        val signs = RootSignsProbe(muted = wanted.mutedRootSigns.toSet())
        return wanted.facts.fold(Facts()) { facts, fact -> facts.with(fact, allowed, profile, signs) }
    }

    private fun Facts.with(fact: Fact, allowed: Boolean, profile: Profile, signs: RootSignsProbe): Facts = when (fact) {
        Fact.MODEL -> copy(model = ModelProbe.read())
        Fact.OS_VERSION -> copy(osVersion = OsVersionProbe.read())
        Fact.OS_NAME -> copy(osName = unknownText(UnknownReason.NOT_SUPPORTED))
        Fact.SECURITY_PATCH -> copy(securityPatch = SecurityPatchProbe(context).read())
        Fact.VENDOR_PATCH -> copy(vendorPatch = SecurityPatchProbe(context).vendor())
        Fact.KERNEL_VERSION -> copy(kernelVersion = SecurityPatchProbe(context).kernel())
        Fact.STORAGE_ENCRYPTION -> copy(storageEncryption = StorageEncryptionProbe(context).read())
        Fact.SCREEN_LOCK -> copy(screenLock = ScreenLockProbe(context).read())
        Fact.LOCK_COMPLEXITY -> copy(lockComplexity = LockComplexityProbe(context).read())
        Fact.WHATSAPP_BUSINESS_PRESENCE,
        Fact.WHATSAPP_BUSINESS_VERSION,
        Fact.WHATSAPP_BUSINESS_SIGNERS,
        Fact.WHATSAPP_BUSINESS_INSTALLER,
        -> copy(whatsappBusiness = (whatsappBusiness ?: AppFacts()).with(fact, allowed, profile))
        Fact.WHATSAPP_CONSUMER -> copy(
            whatsappConsumer = if (allowed) {
                AppProbe(context, AppProbe.WHATSAPP, profile).presence()
            } else {
                unknownPresence(UnknownReason.PERMISSION_MISSING)
            },
        )
        Fact.OWN_APP_GENUINE -> copy(ownAppGenuine = OwnAppProbe(context).read())
        // The system tells no app; the attestation of the key does, and the server reads that.
        Fact.BOOT_STATE -> copy(bootState = BootStateReading.Unknown(UnknownReason.PLATFORM_FORBIDS))
        Fact.ROOT_SIGNS -> copy(rootSigns = signs.read(), mutedRootSigns = signs.notLookedFor())
        Fact.DEVELOPER_OPTIONS -> copy(developerOptions = SettingProbe(context, SettingProbe.DEVELOPER_OPTIONS).read())
        Fact.ADB -> copy(adb = SettingProbe(context, SettingProbe.ADB).read())
    }

    private fun AppFacts.with(fact: Fact, allowed: Boolean, profile: Profile): AppFacts {
        val forbidden = UnknownReason.PERMISSION_MISSING
        val app = AppProbe(context, AppProbe.WHATSAPP_BUSINESS, profile)
        return when (fact) {
            Fact.WHATSAPP_BUSINESS_PRESENCE -> copy(presence = if (allowed) app.presence() else unknownPresence(forbidden))
            Fact.WHATSAPP_BUSINESS_VERSION -> copy(version = if (allowed) app.version() else unknownText(forbidden))
            Fact.WHATSAPP_BUSINESS_SIGNERS -> copy(signers = if (allowed) app.signers() else unknownTexts(forbidden))
            else -> copy(installer = if (allowed) app.installer() else unknownText(forbidden))
        }
    }
}
