// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.launcher.doctor.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** For each documented exit code the test in which a run of jtsh ends with it. */
class ExitCodesAreReachedTest {
  private static final Path ROOT = Path.of(System.getProperty("jtsh.root", ".."));
  private static final String HERE = "launcher/src/test/java/dev/jtsh/launcher/";
  private static final String STORIES = "tests/stories/src/test/java/dev/jtsh/tests/stories/";

  private static final Map<ExitCode, String> REACHED = new EnumMap<>(ExitCode.class);

  static {
    here(ExitCode.OK, "MainTest dataGoesToStdoutAndTalkToStderr");
    here(ExitCode.ERROR, "MainTest statusWithoutALoginSaysSoAndExitsWithOne");
    here(ExitCode.USAGE, "MainTest whatIsMissingIsNamedInOneLine");
    story(ExitCode.DENIED, "RefusedRequestsStory aDeniedRequestEndsWith71");
    story(ExitCode.TIMED_OUT, "ExpiredRequestStory theRequestEndsWith72AndIsGoneForTheApprover");
    story(ExitCode.NO_ACCESS, "RefusedRequestsStory aUserWithoutKubernetesGroupsEndsWith73");
    story(ExitCode.UNREACHABLE, "RefusedRequestsStory aWrongProxyAddressEndsWith74");
    story(ExitCode.UNTRUSTED, "RefusedRequestsStory aCertificateNobodyVouchesForEndsWith75");
    story(ExitCode.CLOCK_SKEW, "RefusedRequestsStory aWrongClockEndsWith76");
    story(ExitCode.NO_KUBE_CLUSTER, "RefusedRequestsStory anUnknownKubeClusterEndsWith77");
    story(ExitCode.PORT_IN_USE, "RefusedRequestsStory aPortInUseEndsWith78BeforeAnythingIsAsked");
    story(ExitCode.TRACED, "TraceStory attack16ATracedJtshRefusesAHeadlessSession");
    here(ExitCode.CONNECTION_LOST, "LostConnectionIT afterThreeLinksItGivesUp");
    story(ExitCode.REQUEST_NOT_FOUND, "RefusedRequestsStory aMistypedIdEndsTheApproverWith81");
    story(ExitCode.REQUEST_DECIDED, "RefusedRequestsStory aRequestIsApprovedOnlyOnce");
    story(
        ExitCode.NO_SECURITY_KEY,
        "RefusedRequestsStory withoutASecurityKeyTheApproverEndsWith83AndTheRequestWaitsOn");
    story(
        ExitCode.MEMORY_NOT_LOCKED,
        "LockedMemoryStory withALimitOfZeroStrictEndsAndBestEffortNamesWhatIsUnlocked");
    story(
        ExitCode.FOREIGN_CODE,
        "LockedMemoryStory codeFromTheEnvironmentIsKeptFromJtshAndRefusedAroundItsScript");
    story(
        ExitCode.NO_SESSION,
        "OtherTerminalsStory anotherTerminalAttachesAndOutlivesTheSessionWithNothing");
    here(ExitCode.DOCTOR_WARNS, "ExitCodesAreReachedTest theDoctorsCodeIsThatOfTheWorst");
    here(
        ExitCode.DOCTOR_FAILS,
        "DoctorCommandIT withoutConfigurationAndNetworkItAnswersAndSaysWhatItLeftOut");
    here(ExitCode.CANNOT_START, "MainTest aCommandThatCannotRunIsNamedBeforeAnybodyIsAsked");
    here(ExitCode.COMMAND_NOT_FOUND, "MainTest aCommandThatCannotRunIsNamedBeforeAnybodyIsAsked");
    story(ExitCode.HANGUP, "RenewalStory withAtEndExitTheSessionEndsWithItsAccess");
    story(ExitCode.INTERRUPTED, "HeldLoginStory aKubeconfigInAFileWorksAsLongAsTheProxyRuns");
    here(ExitCode.OUTPUT_CLOSED, "LostOutputTest whoHasReadEnoughIsNotToldSo");
    story(ExitCode.TERMINATED, "KilledStory sigtermEndsTheShellAndLeavesTheTerminalAsItWas");
  }

  private static void here(ExitCode code, String test) {
    REACHED.put(code, HERE + test);
  }

  private static void story(ExitCode code, String test) {
    REACHED.put(code, STORIES + test);
  }

  @Test
  void everyCodeHasATestThatEndsWithIt() throws IOException {
    assertThat(REACHED).containsOnlyKeys(ExitCode.values());
    for (Map.Entry<ExitCode, String> entry : REACHED.entrySet()) {
      ExitCode code = entry.getKey();
      String[] test = entry.getValue().split(" ", -1);
      String source = Files.readString(ROOT.resolve(test[0] + ".java"));
      int start = source.indexOf("void " + test[1] + "(");
      assertThat(start).as("%s", entry.getValue()).isPositive();
      int end = source.indexOf("\n  }\n", start);
      Pattern ended =
          Pattern.compile(
              "isEqualTo\\(%d\\)|ExitCode\\.%s\\b%s"
                  .formatted(code.status(), code.name(), code == ExitCode.OK ? "|isZero" : ""));
      assertThat(source.substring(start, end)).as("%s", entry.getValue()).containsPattern(ended);
    }
  }

  @Test
  void theDoctorsCodeIsThatOfTheWorst() {
    assertThat(DoctorCommand.exitCode(Report.Status.OK)).isEqualTo(ExitCode.OK);
    assertThat(DoctorCommand.exitCode(Report.Status.NOT_MEASURED)).isEqualTo(ExitCode.OK);
    assertThat(DoctorCommand.exitCode(Report.Status.WARNING)).isEqualTo(ExitCode.DOCTOR_WARNS);
    assertThat(DoctorCommand.exitCode(Report.Status.FAIL)).isEqualTo(ExitCode.DOCTOR_FAILS);
  }
}
