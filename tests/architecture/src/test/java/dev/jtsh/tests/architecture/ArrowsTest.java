// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import org.junit.jupiter.api.Test;

/** Who may use whom: the table of modules in docs/architecture.md, as code. */
class ArrowsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.jtsh");

  @Test
  void everyArrowRunsDown() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.jtsh..")
        .withOptionalLayers(true)
        .layer("launcher")
        .definedBy("dev.jtsh.launcher..")
        .layer("headless")
        .definedBy("dev.jtsh.headless..")
        .layer("kubeproxy")
        .definedBy("dev.jtsh.kubeproxy..")
        .layer("client")
        .definedBy("dev.jtsh.client..")
        .layer("cluster")
        .definedBy("dev.jtsh.cluster..")
        .layer("pki")
        .definedBy("dev.jtsh.pki..")
        .layer("protocol")
        .definedBy("dev.jtsh.protocol..")
        .layer("native")
        .definedBy("dev.jtsh.nativebindings..")
        .whereLayer("launcher")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("cluster")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("headless")
        .mayOnlyBeAccessedByLayers("launcher")
        .whereLayer("kubeproxy")
        .mayOnlyBeAccessedByLayers("launcher")
        .whereLayer("client")
        .mayOnlyBeAccessedByLayers("launcher", "headless")
        .whereLayer("pki")
        .mayOnlyBeAccessedByLayers("launcher", "headless", "kubeproxy", "client", "cluster")
        .whereLayer("protocol")
        .mayOnlyBeAccessedByLayers("launcher", "headless", "kubeproxy", "client", "cluster")
        .whereLayer("native")
        .mayOnlyBeAccessedByLayers("launcher", "headless", "kubeproxy", "client", "cluster", "pki")
        .check(CLASSES);
  }

  @Test
  void noCircleBetweenModules() {
    SlicesRuleDefinition.slices()
        .matching("dev.jtsh.(*)..")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void generatedBindingsAreACellarNobodyElseEnters() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.jtsh.nativebindings..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.jtsh.nativebindings.generated..")
        .check(CLASSES);
  }

  @Test
  void onlyPkiKnowsBouncyCastle() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.jtsh.pki..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bouncycastle..")
        .check(CLASSES);
  }

  @Test
  void oneClassLinksNativeCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.jtsh.nativebindings.generated..")
        .and()
        .doNotHaveFullyQualifiedName("dev.jtsh.nativebindings.NativeLinker")
        .should()
        .callMethod(Linker.class, "nativeLinker")
        .check(CLASSES);
  }

  @Test
  void descriptorsAndLayoutsComeFromTheGeneratedBindings() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.jtsh.nativebindings.generated..")
        // Its javadoc lists what the headers lack, each with the reason.
        .and()
        .doNotHaveFullyQualifiedName("dev.jtsh.nativebindings.NativeLinker")
        .should()
        .callMethodWhere(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "makes a function descriptor or a struct layout by hand",
                call ->
                    (call.getTargetOwner().isEquivalentTo(FunctionDescriptor.class)
                            && call.getName().startsWith("of"))
                        || (call.getTargetOwner().isEquivalentTo(MemoryLayout.class)
                            && call.getName().equals("structLayout"))))
        .check(CLASSES);
  }

  @Test
  void commandLinesAreParsedInTheProgramsOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.jtsh.launcher..",
            "dev.jtsh.cluster",
            "dev.jtsh.cluster.command..",
            "dev.jtsh.tests..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "org.jline..")
        .check(CLASSES);
  }

  @Test
  void onlyTheFirstClassOfAProgramEndsTheProcess() {
    noClasses()
        .that()
        .doNotHaveSimpleName("Main")
        .and()
        .doNotHaveSimpleName("StartupTraining") // What the package runs after installation.
        .and()
        .resideOutsideOfPackage("dev.jtsh.tests..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(CLASSES);
  }
}
