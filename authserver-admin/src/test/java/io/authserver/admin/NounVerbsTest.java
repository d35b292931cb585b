package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every noun has every verb, and each verb the options of all: as docs/operations.md has them. */
class NounVerbsTest {
  private static final List<String> SELECTING = List.of("NAME...", "--contains=TEXT", "--all");

  private final Cli cli = new Cli();

  private void requireOptions(String noun, String verb, List<String> options) {
    String help = cli.ok(noun, verb, "--help").out();
    List<String> missing = new ArrayList<>(options);
    missing.removeIf(help::contains);
    assertEquals(List.of(), missing, () -> noun + " " + verb + "\n" + help);
  }

  private static List<String> with(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "domain",
        "user",
        "emailalias",
        "mailinglist",
        "serviceuser",
        "permission",
        "group"
      })
  void everyNounHasEveryVerbWithItsSelectors(String noun) {
    String help = cli.ok(noun, "--help").out();
    for (String verb :
        List.of("create", "list", "show", "edit", "activate", "deactivate", "remove")) {
      assertEquals(true, help.contains("\n  " + verb + " "), () -> noun + " " + verb + "\n" + help);
    }
    String state = noun.equals("emailalias") ? "--[no-]blocked" : "--[no-]active";
    for (String verb : List.of("list", "show")) {
      requireOptions(noun, verb, with(SELECTING, state, "--json", "--format"));
    }
    for (String verb : List.of("edit", "activate", "deactivate", "remove")) {
      requireOptions(noun, verb, with(SELECTING, state, "--yes"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "show"})
  void keysAreSelectedByTheirDomains(String verb) {
    requireOptions("dkim", verb, with(SELECTING, "--[no-]active", "--json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"retire", "revoke", "remove"})
  void keysAreTakenAwayOnceThatIsConfirmed(String verb) {
    requireOptions("dkim", verb, List.of("SELECTOR...", "--yes"));
  }
}
