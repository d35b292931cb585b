package io.authserver.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.IDN;
import java.text.Collator;
import org.jspecify.annotations.NullMarked;

/** The rules that keep the modules apart; see docs/architecture.md. */
@AnalyzeClasses(
    packages = "io.authserver",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  /** Leaves out what other modules lend to tests, also where it is packaged already. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  /** A message is bytes: only this package meets the library that accepts connections. */
  @ArchTest
  static final ArchRule ONLY_THE_FRONT_KNOWS_SUBETHA =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.authserver.smtp.server")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.subethamail..");

  @ArchTest
  static final ArchRule ONLY_THE_AUTH_DATABASE_KNOWS_JDBC =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.authserver.db..", "io.authserver.demo..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer.hikari..");

  /** The names of domains are converted, not looked up: IDN is the one class of java.net. */
  @ArchTest
  static final ArchRule DKIM_DOES_NO_IO =
      noClasses()
          .that()
          .resideInAPackage("io.authserver.dkim..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.net..",
                      "java.nio.file..",
                      "java.sql..",
                      "io.authserver.smtp.server..",
                      "io.authserver.smtp.relay..",
                      "io.authserver.smtp.daemon..",
                      "io.authserver.db..")
                  .and(not(type(IDN.class))));

  /** Decisions are functions of what they are given: no socket, no database, no clock. */
  @ArchTest
  static final ArchRule DECISIONS_ARE_PURE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.authserver.dkimsigner.select..",
              "io.authserver.mailforwarder.resolve..",
              "io.authserver.mailforwarder.srs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net..",
              "java.sql..",
              "java.nio.file..",
              "io.authserver.smtp.server..",
              "io.authserver.smtp.relay..")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime");

  @ArchTest
  static final ArchRule PRODUCTION_DOES_NOT_KNOW_THE_DEMO =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.authserver.demo..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.authserver.demo..");

  /** It measures the others, and is built last. */
  @ArchTest
  static final ArchRule NOBODY_KNOWS_THE_BENCH =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.authserver.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.authserver.bench..");

  @ArchTest
  static final ArchRule DAEMONS_DO_NOT_KNOW_EACH_OTHER =
      noClasses()
          .that()
          .resideInAPackage("io.authserver.dkimsigner..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.authserver.mailforwarder..");

  /** It uses the daemons' decisions, so that what it explains is what they do; it sends nothing. */
  @ArchTest
  static final ArchRule THE_COMMAND_LINE_DECIDES_AND_SENDS_NOTHING =
      noClasses()
          .that()
          .resideInAPackage("io.authserver.admin..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "io.authserver.smtp.server..",
                      "io.authserver.smtp.relay..",
                      "io.authserver.dkimsigner",
                      "io.authserver.mailforwarder",
                      "io.authserver.mailforwarder.fanout..",
                      "io.authserver.mailforwarder.notify..")
                  .and(
                      not(
                          nameMatching(
                              "io\\.authserver\\.mailforwarder\\."
                                  + "(ForwarderSettings(\\$.*)?|fanout\\.(Route|(Entrance|Rehearsal)(\\$.*)?))"))));

  @ArchTest
  static final ArchRule DAEMONS_DO_NOT_KNOW_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideInAnyPackage("io.authserver.dkimsigner..", "io.authserver.mailforwarder..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.authserver.admin..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.authserver.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule PACKAGES_ARE_NULL_MARKED =
      classes().that().haveSimpleName("package-info").should().beAnnotatedWith(NullMarked.class);

  /**
   * Letter case is that of ASCII, as in the database: {@code AsciiCase} is the one function for it.
   * IDNA alone has lower case as Unicode has it (RFC 5895 §2).
   */
  @ArchTest
  static final ArchRule LETTER_CASE_IS_ASCII =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.authserver.smtp.address.ALabels")
          .should()
          .accessTargetWhere(
              describe("it folds by Unicode", access -> foldsByUnicode(access.getTarget())));

  private static boolean foldsByUnicode(AccessTarget target) {
    boolean ignoring =
        target instanceof CodeUnitAccessTarget called
            && called.getName().equals("regionMatches")
            && called.getRawParameterTypes().getFirst().isEquivalentTo(boolean.class);
    return target.getOwner().getPackageName().startsWith("java.")
        && (ignoring
            || target.getOwner().isEquivalentTo(Collator.class)
            || target
                .getName()
                .matches("to(Lower|Upper|Title)Case|.*IgnoreCase|CASE_INSENSITIVE_ORDER"));
  }

  /** Guards the rules themselves: they must have something to look at. */
  @ArchTest
  static void theModulesAreInTheClassPath(JavaClasses classes) {
    for (String name :
        new String[] {
          "io.authserver.smtp.server.MailTransaction",
          "io.authserver.dkim.sign.DkimSigner",
          "io.authserver.db.signing.SigningStore",
          "io.authserver.dkimsigner.select.SigningSelector",
          "io.authserver.mailforwarder.MailForwarderMain",
          "io.authserver.admin.Main",
          "io.authserver.demo.DemoMain"
        }) {
      if (!classes.contain(name)) {
        throw new AssertionError(name + " was not imported");
      }
    }
  }
}
