package org.atalaya.agent.support

import android.content.RestrictionsManager
import android.os.Build
import android.os.Bundle
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowRestrictionsManager

/** What Robolectric's own lacks: since Android 14 each administrator of a phone has a configuration of its own. */
@Implements(RestrictionsManager::class)
class Administrators : ShadowRestrictionsManager() {
    @Implementation(minSdk = Build.VERSION_CODES.UPSIDE_DOWN_CAKE)
    fun getApplicationRestrictionsPerAdmin(): List<Bundle> = all

    companion object {
        private var all: List<Bundle> = emptyList()

        /** These administrators, each with what it says, and no others. */
        fun say(vararg configurations: Map<String, String>) {
            all = configurations.map(::bundle)
        }

        fun bundle(configuration: Map<String, String>) =
            Bundle().apply { configuration.forEach { (key, value) -> putString(key, value) } }
    }
}
