package org.atalaya.agent.ui

import android.content.Context
import android.content.res.Configuration
import java.util.Locale
import org.atalaya.agent.managed.ManagedConfiguration
import org.atalaya.core.Language

/** Which language this app speaks: the company's choice, or else the phone's. */
internal object Speech {
    /** The context in the language that the company chose; the same context when it chose none. */
    fun of(base: Context): Context {
        val chosen = ManagedConfiguration(base).read().firstNotNullOfOrNull { it.uiLocale } ?: return base
        val configuration = Configuration(base.resources.configuration)
        configuration.setLocale(Locale.forLanguageTag(chosen.name.lowercase()))
        return base.createConfigurationContext(configuration)
    }

    /** The language in which the core is to speak here. */
    fun language(context: Context): Language =
        if (context.resources.configuration.locales[0].language == "es") Language.ES else Language.EN
}
