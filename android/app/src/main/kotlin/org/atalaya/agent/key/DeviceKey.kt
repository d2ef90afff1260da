package org.atalaya.agent.key

import android.content.Context
import java.io.IOException
import org.atalaya.core.ShellException

/**
 * The key of one enrolment. It has two places in the Keystore, so that the next key can be made beside the one that signs.
 * Which of them signs is written down before the next one is made, and again before the old one is deleted: wherever the
 * phone stops, the key that signs is the one that the server was told of. On a phone that got a copy of the note without
 * the keys, the key is lost and no other takes its place.
 */
internal class DeviceKey(private val context: Context, private val name: String) {
    private val places = listOf(KeystoreEntry(context, name), KeystoreEntry(context, "$name-other"))

    /** Where a key is made to see whether the Keystore does its work. */
    private val probe = KeystoreEntry(context, "$name-probe")

    /** The place whose key signs: the noted one, and without a note, when there never was another, the one with a key. */
    val current: KeystoreEntry
        get() {
            val noted = note().getString(SIGNS, null)
            return places.find { it.alias == noted } ?: places.find { it.exists() } ?: places.first()
        }

    /** The place beside it. */
    val next: KeystoreEntry get() = beside(current)

    /** Makes the key that signs, with this challenge in its certificate; whatever was there before is gone. */
    fun make(challenge: ByteArray): KeystoreEntry {
        val place = current
        place.make(challenge)
        beside(place).forget()
        return place
    }

    /** Makes the next key, in the place of one that was made so before. */
    fun makeNext(challenge: ByteArray): KeystoreEntry {
        val signing = current
        // A next key without one before it would be taken for the one that signs.
        if (!signing.exists()) throw ShellException.KeyLost()
        write(signing)
        return beside(signing).apply { make(challenge) }
    }

    /** From here on the key with this point signs, and the other is gone. */
    fun adopt(point: ByteArray) {
        val adopted = places.find { point.contentEquals(it.point()) } ?: throw ShellException.KeyLost()
        write(adopted)
        beside(adopted).forget()
    }

    /** Whether the Keystore does its work for a key that is made to see that. */
    fun keystoreAnswers(): Boolean = probe.answers()

    /** Takes both keys off the phone, and what looking may have left. */
    fun forget() {
        (places + probe).forEach { it.forget() }
        context.deleteSharedPreferences(name)
    }

    private fun beside(place: KeystoreEntry): KeystoreEntry = places.first { it.alias != place.alias }

    private fun write(signing: KeystoreEntry) {
        if (!note().edit().putString(SIGNS, signing.alias).commit()) throw IOException("which key signs could not be kept")
    }

    private fun note() = context.getSharedPreferences(name, Context.MODE_PRIVATE)

    private companion object {
        const val SIGNS = "signs"
    }
}
