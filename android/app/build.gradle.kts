import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
}

// What `cargo-ndk` and `uniffi-bindgen` made before: see the README beside this project.
val bindings = layout.projectDirectory.dir("../target/made/bindings")
val libraries = layout.projectDirectory.dir("../target/made/jniLibs")

android {
    namespace = "org.atalaya.agent"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.atalaya.agent"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }

    sourceSets.named("main") {
        kotlin.srcDir(bindings)
        jniLibs.srcDir(libraries)
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            // The same rules as `android/package`, and no others.
            proguardFiles("../rules.pro")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    packaging.jniLibs.useLegacyPackaging = false
    testOptions.unitTests.isIncludeAndroidResources = true
}

kotlin {
    compilerOptions { jvmTarget = JvmTarget.JVM_17 }
}

dependencies {
    implementation(libs.coroutines)
    implementation("${libs.jna.get()}@aar")
    testImplementation(libs.jna)
    testImplementation(libs.junit)
    testImplementation(libs.robolectric)
}
