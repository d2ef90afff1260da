package org.atalaya.agent.support

import java.io.File
import org.junit.rules.ExternalResource

/**
 * A copy of the core's library for this Android alone: needed by every test that calls the core. Every Android of the tests
 * lives in the same process, the same version twice where other shadows are asked for. A library that they shared would call
 * back into whichever of them had loaded it last.
 */
class OwnLibrary : ExternalResource() {
    public override fun before() {
        System.setProperty("uniffi.component.atalaya.libraryOverride", copy.path)
    }

    private companion object {
        // Each Android has this class, and so this copy, once.
        val copy: File by lazy {
            val shared = File(checkNotNull(System.getProperty("jna.library.path")), "libatalaya.so")
            shared.copyTo(File.createTempFile("libatalaya-", ".so"), overwrite = true).apply { deleteOnExit() }
        }
    }
}
