import java.nio.file.Files
import java.nio.file.Path
import org.atalaya.core.AppFacts
import org.atalaya.core.Evidence
import org.atalaya.core.Facts
import org.atalaya.core.FlagReading
import org.atalaya.core.LockComplexity
import org.atalaya.core.LockComplexityReading
import org.atalaya.core.Posture
import org.atalaya.core.Presence
import org.atalaya.core.PresenceReading
import org.atalaya.core.RootSign
import org.atalaya.core.RootSignsReading
import org.atalaya.core.StorageEncryption
import org.atalaya.core.StorageEncryptionReading
import org.atalaya.core.TextReading
import org.atalaya.core.UnknownReason

/** One fact as cases.json has it: a value with its evidence, or the reason why it is not known. */
data class Seen(val value: String?, val word: String)

/** One case of cases.json. */
class Case(val name: String, val state: String) {
    val facts = mutableMapOf<String, Seen>()
    val verdicts = mutableMapOf<String, List<String>>()

    companion object {
        val all: List<Case> = mutableListOf<Case>().apply {
            for (line in Files.readAllLines(Path.of(System.getenv("ATALAYA_CASES")))) {
                val words = line.split('\t')
                when (words[0]) {
                    "case" -> add(Case(words[1], words[2]))
                    "fact" -> last().facts[words[1]] =
                        if (words[2] == "value") Seen(words[3], words[4]) else Seen(null, words[3])
                    "verdict" -> last().verdicts[words[1]] = words.drop(2)
                }
            }
        }

        /** A phone that passes every check. */
        val good: Map<String, Seen> get() = all.first().facts
    }
}

private fun constant(words: String) = words.uppercase().replace('-', '_')

private fun <R> Seen.reading(known: (String, Evidence) -> R, unknown: (UnknownReason) -> R): R =
    if (value == null) unknown(UnknownReason.valueOf(constant(word))) else known(value, Evidence.valueOf(constant(word)))

private fun Seen.text(): TextReading = reading(TextReading::Known, TextReading::Unknown)

private fun Seen.flag(): FlagReading =
    reading({ value, evidence -> FlagReading.Known(value.toBooleanStrict(), evidence) }, FlagReading::Unknown)

private fun Seen.presence(): PresenceReading =
    reading({ value, evidence -> PresenceReading.Known(Presence.valueOf(constant(value)), evidence) }, PresenceReading::Unknown)

private fun Seen.storage(): StorageEncryptionReading = reading(
    { value, evidence -> StorageEncryptionReading.Known(StorageEncryption.valueOf(constant(value)), evidence) },
    StorageEncryptionReading::Unknown,
)

private fun Seen.complexity(): LockComplexityReading = reading(
    { value, evidence -> LockComplexityReading.Known(LockComplexity.valueOf(constant(value)), evidence) },
    LockComplexityReading::Unknown,
)

private fun Seen.rootSigns(): RootSignsReading = reading(
    { value, evidence ->
        val signs = value.split(',').filter(String::isNotEmpty).map { RootSign.valueOf(constant(it)) }
        RootSignsReading.Known(signs, evidence)
    },
    RootSignsReading::Unknown,
)

/** Facts by their names in the field table as the library's facts. */
fun facts(saw: Map<String, Seen>) = Facts(
    model = saw["model"]?.text(),
    osVersion = saw["osVersion"]?.text(),
    securityPatch = saw["securityPatch"]?.text(),
    storageEncryption = saw["storageEncryption"]?.storage(),
    screenLock = saw["screenLock"]?.flag(),
    lockComplexity = saw["lockComplexity"]?.complexity(),
    whatsappBusiness = AppFacts(
        presence = saw["whatsappBusiness.presence"]?.presence(),
        installer = saw["whatsappBusiness.installer"]?.text(),
    ),
    whatsappConsumer = saw["whatsappConsumer"]?.presence(),
    ownAppGenuine = saw["ownAppGenuine"]?.flag(),
    rootSigns = saw["rootSigns"]?.rootSigns(),
    mutedRootSigns = saw["mutedRootSigns"]?.rootSigns(),
    developerOptions = saw["developerOptions"]?.flag(),
    adb = saw["adb"]?.flag(),
)

private fun spelled(constant: Enum<*>) = constant.name.lowercase().replace('_', '-')

/** The state and the verdicts as cases.json spells them. */
fun Posture.spelled(): Pair<String, Map<String, List<String>>> =
    spelled(state) to checks.associate { spelled(it.check) to listOf(spelled(it.verdict), it.reason, spelled(it.remediation)) }
