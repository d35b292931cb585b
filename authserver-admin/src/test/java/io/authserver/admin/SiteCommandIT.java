package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What holds for the whole site. */
final class SiteCommandIT extends AdminFixture {
  @Test
  void theLimitOfAddressesIsShownAndSet() {
    assertEquals("max_targets:  20000\n", cli.ok("site", "show").out());
    cli.ok("mailinglist", "create", "three", "a@x.test", "b@x.test", "c@x.test");
    cli.ok("domain", "create", "ours.example");
    cli.ok("emailalias", "create", "three@ours.example", "-m", "three");
    cli.ok("site", "edit", "--max-targets", "2");
    assertEquals(2L, cli.run("site", "show", "--json").row().get("max_targets"));
    assertTrue(
        cli.ok("explain", "x@y.test", "three@ours.example")
            .out()
            .contains("550 5.2.4 This list stands for 3 addresses; the limit is 2"));
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    for (String value : new String[] {"0", "100001"}) {
      cli.run("site", "edit", "--max-targets", value)
          .refuses("a recipient stands for 1 to 100000 addresses at most");
    }
    cli.run("site", "edit").exits(2);
  }
}
