// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.jtsh.launcher.Console;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Text of a server or of another user reaches a terminal or a Kubernetes Status only as {@link
 * SafeText}, which cannot move a cursor or look like our own words (rule 27).
 */
class Attack27ForeignTextTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.jtsh");
  private static final Set<String> WRITING =
      Set.of("print", "println", "printf", "format", "append", "write", "writeBytes");

  private static boolean writesText(JavaMethodCall call) {
    return WRITING.contains(call.getName())
        && (call.getTargetOwner().isAssignableTo(PrintStream.class)
            || call.getTargetOwner().isAssignableTo(PrintWriter.class)
            || call.getTargetOwner().isAssignableTo(java.io.Console.class));
  }

  private static ArchRule nobodyWritesBut(String exception) {
    return noClasses()
        .that()
        .resideInAnyPackage(
            "dev.jtsh.launcher..",
            "dev.jtsh.headless..",
            "dev.jtsh.client..",
            "dev.jtsh.kubeproxy..",
            "dev.jtsh.pki..",
            "dev.jtsh.protocol..")
        .and()
        .doNotHaveFullyQualifiedName(exception)
        .should()
        .callMethodWhere(describe("write text", Attack27ForeignTextTest::writesText));
  }

  @Test
  void jtshWritesToTheTerminalThroughTheConsoleOnly() {
    nobodyWritesBut(Console.class.getName()).check(CLASSES);
    assertThat(nobodyWritesBut("nobody").evaluate(CLASSES).getFailureReport().getDetails())
        .as("the rule finds what is there")
        .isNotEmpty()
        .allMatch(detail -> detail.contains(Console.class.getName()));
  }

  @Test
  void theConsoleTakesSafeTextAndTheDocumentsOfASerialiser() {
    assertThat(Stream.of(Console.class.getDeclaredMethods()).filter(m -> !m.isSynthetic()))
        .isNotEmpty()
        .filteredOn(method -> !method.getName().equals("document"))
        .filteredOn(method -> method.getParameterCount() > 0) // The bell takes no text at all.
        .allMatch(method -> List.of(method.getParameterTypes()).equals(List.of(SafeText.class)));
  }

  @Test
  void theMessageOfAStatusIsSafeText() {
    for (Method method : KubeStatus.class.getDeclaredMethods()) {
      if (Modifier.isStatic(method.getModifiers()) && method.getReturnType() == KubeStatus.class) {
        assertThat(method.getParameterTypes()).as("%s", method).doesNotContain(String.class);
      }
    }
    Constructor<?>[] constructors = KubeStatus.class.getDeclaredConstructors();
    assertThat(constructors).hasSize(1);
    assertThat(constructors[0].getParameterTypes())
        .as("code, Kubernetes' word for the class, message")
        .containsExactly(int.class, String.class, SafeText.class);
  }
}
