import Foundation

/// Written at once, so that a crash does not swallow it.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

// Runs all cases, or those whose name holds one of the arguments.
let names = CommandLine.arguments.dropFirst()
var passed = 0
var failed = 0
for (name, body) in Cases.all where names.isEmpty || names.contains(where: name.contains) {
    say("  \(name)")
    do {
        try await body()
        passed += 1
    } catch {
        failed += 1
        say("FAILED \(name): \(error)")
    }
}
say("\(passed) passed, \(failed) failed, 0 skipped")
exit(failed == 0 && passed > 0 ? 0 : 1)
