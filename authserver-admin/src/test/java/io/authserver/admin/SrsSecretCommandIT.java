package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code authserver srs-secret}, and {@code authserver srs} with the secrets of the database. */
class SrsSecretCommandIT extends AdminFixture {
  private static final String[] FORWARD = {"srs", "forward", "--domain", "f.example"};
  private static final String[] REVERSE = {"srs", "reverse"};

  private void hours(int hours) {
    database.execute(
        "UPDATE authserver.srs_secret SET signs_at = signs_at - interval '%d hours'"
            .formatted(hours));
  }

  private List<String> states() {
    return cli.ok("srs-secret", "list", "--json").rows().stream()
        .map(row -> row.get("id") + " " + row.get("state"))
        .toList();
  }

  @Test
  void aSecretIsMadeListedAndRetired() {
    assertEquals(List.of(), states());
    assertEquals("created secret 1, which signs now\n", cli.ok("srs-secret", "create").err());
    String second = cli.ok("srs-secret", "create").err();
    assertTrue(second.matches("created secret 2, which signs at 20\\d\\d-.*Z\n"), second);
    assertEquals(List.of("1 signs", "2 new"), states());
    Map<String, Object> row = cli.ok("srs-secret", "list", "--json").rows().getFirst();
    assertEquals(
        List.of("id", "state", "created_at", "signs_at", "retired_at", "fingerprint"),
        List.copyOf(row.keySet()));
    String table = cli.ok("srs-secret", "list").out();
    assertTrue(table.startsWith("ID  STATE  CREATED AT"), table);
    assertFalse(table.matches("(?s).*[0-9a-f]{16}.*"), table);
    cli.run("srs-secret", "retire", "3").refuses("there is no secret 3");
    cli.run("srs-secret", "retire", "1").exits(1);
    hours(3);
    assertEquals("retired secret 1\n", cli.ok("srs-secret", "retire", "1").err());
    assertEquals(List.of("2 signs", "1 retired"), states());
    cli.run("srs-secret", "retire", "2")
        .refuses("secret 2 is the only one: make another one first");
    cli.run("srs-secret", "retire", "1", "--at-once")
        .refuses(
            "forget secret 1, and refuse the bounces to what it made: not done, because there is"
                + " no terminal to ask at; confirm with --yes");
    cli.ok("srs-secret", "retire", "1", "--at-once", "--yes");
    assertEquals(List.of("2 signs"), states());
  }

  @Test
  void theFormIsShownAndChanged() {
    assertEquals("separated\n", cli.ok("srs-secret", "form").out());
    assertEquals(
        "return addresses are made in the form mailsrs\n",
        cli.ok("srs-secret", "form", "mailsrs").err());
    String shown = cli.ok("srs-secret", "form").out();
    assertTrue(shown.matches("mailsrs since 20\\d\\d-.*Z\n"), shown);
    assertEquals(
        "return addresses have been made in the form mailsrs before\n",
        cli.ok("srs-secret", "form", "mailsrs").err());
    assertEquals(shown, cli.ok("srs-secret", "form").out());
  }

  /** What it makes is what the daemon makes, and the edge takes it. */
  @Test
  void srsUsesTheSecretsAndTheFormOfTheDatabase() {
    Cli.Result none = cli.piped("a@x.example\n", FORWARD).exits(2);
    assertTrue(none.err().contains("or DATABASE_URL to a database with a secret"), none.err());
    cli.ok("srs-secret", "create");
    String separated = cli.piped("a@x.example\n", FORWARD).exits(0).out();
    assertTrue(separated.matches("SRS0=[A-Z2-7]{8}=..=x.example=a@f.example\n"), separated);
    cli.ok("srs-secret", "create");
    hours(3);
    assertEquals("a@x.example\n", cli.piped(separated, REVERSE).exits(0).out());
    String other = cli.piped("a@x.example\n", FORWARD).exits(0).out();
    assertFalse(other.equals(separated));
    cli.ok("srs-secret", "form", "mailsrs");
    String mailsrs = cli.piped("a@x.example\n", FORWARD).exits(0).out();
    assertTrue(mailsrs.matches("SRS0=[A-Za-z0-9+/]{4}=..=x.example=a@f.example\n"), mailsrs);
    assertEquals(
        "a@x.example\na@x.example\na@x.example\n",
        cli.piped(separated + other + mailsrs, REVERSE).exits(0).out());
    // What is set goes before.
    cli.with("MAILFORWARDER_SRS_SECRET", "the daemon's own")
        .with("MAILFORWARDER_SRS_FORM", "separated");
    String own = cli.piped("a@x.example\n", FORWARD).exits(0).out();
    assertTrue(own.matches("SRS0=[A-Z2-7]{8}=..=x.example=a@f.example\n"), own);
    assertFalse(own.equals(other));
    assertEquals("a@x.example\na@x.example\n", cli.piped(own + other, REVERSE).exits(0).out());
  }

  /** Symptom: a sender whose address needs quotes had a return address that servers refuse. */
  @Test
  void whatWouldNeedQuotesHasAToken() {
    cli.ok("srs-secret", "create");
    String senders = "\"john doe\"@x.example\nroot@[192.0.2.1]\njürgen@x.example\n";
    String made = cli.piped(senders, FORWARD).exits(0).out();
    made.lines()
        .forEach(
            line -> assertTrue(line.matches("SRS0=[A-Z2-7]{8}=..=~=[a-z2-7]{26}@f.example"), line));
    assertEquals(senders, cli.piped(made, REVERSE).exits(0).out());
  }
}
