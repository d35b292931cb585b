package io.authserver.mailforwarder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.JdbcSrsKeyStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.alias.SrsTokenStore;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.TestDatabase;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsForm;
import io.authserver.mailforwarder.srs.SrsForms;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every return address that mailforwarder makes is a Dot-string of at most 64 octets, the edge's
 * stored procedure has a row for it, and it leads back: to the sender, or to the first forwarder of
 * a sender that is well-formed SRS. And what nobody made has no row.
 *
 * <p>Symptom: bounces to return addresses of ours were refused by our edge, or by other servers,
 * which take no quoted local part; 13 kinds of senders got none of their bounces.
 */
final class ReturnAddressesIT {
  /** Senders of the kinds that are seen, of forwarders of all sorts among them. */
  private static final List<String> SENDERS =
      List.of(
          "alice@sender.example",
          "ALICE@Sender.Example",
          "SRS0=hhhh=BE=first.example=alice@second.example",
          "SRS0+hhhh=BE=first.example=alice@second.example",
          "srs0-hhhh=be=first.example=alice@second.example",
          // The database forms of other forwarders, and what begins like them.
          "SRS0=Qm4T7wYz1B@second.example",
          "SRS0=hhhh=Qm4T7wYz1B@second.example",
          "SRS0=h1=q9=first.example=alice@second.example",
          "SRS0-errors@lists.sender.example",
          "SRS0=@second.example",
          "SRS1=hhhh=first.example==gggg=BE=sender.example=alice@third.example",
          "SRS1=hhhh=first.example=+gggg=BE=sender.example=alice@third.example",
          "SRS1=hhhh=first.example==Qm4T7wYz1B@third.example",
          "SRS1=gggg=8QRT=4H=news.sender.example=issue_7_bounces@third.example",
          "SRS1=gggg=8QRT@third.example",
          "SRS1=y@third.example",
          "srs1-admin=x=y@lists.sender.example",
          "daemon@[198.51.100.7]",
          "daemon@[IPv6:2001:db8::25]",
          "SRS0=hhhh=BE=first.example=alice@[198.51.100.7]",
          "\"alice of wonder\"@sender.example",
          "\"alice@home\"@sender.example",
          "\"al\\\"ice\\\\\"@sender.example",
          "\"two..dots\"@sender.example",
          "\"dot.\"@sender.example",
          "\"\"@sender.example",
          "o'hara@sender.example",
          "errors+alice=sender.example@lists.example",
          "daemon@under_score.sender.example",
          "jürgen@straße.example",
          "kontakt@straße.example",
          "prvs=1093847fa2=alice@sender.example",
          "dept/alice@sender.example",
          "|alice@sender.example",
          "alice%far@sender.example",
          "far!alice@sender.example",
          "bounces+58127-9f3a-alice=mailbox.example.org@em7042.bulk.sender.example",
          "y".repeat(64) + "@sender.example",
          "z".repeat(200) + "@sender.example",
          "~=aaaaaaaaaaaaaaaaaaaaaaaaaa@sender.example",
          "~@sender.example",
          "#alice@sender.example",
          "alice@a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.example");

  private static final Pattern SRS1 = Pattern.compile("(?is)srs1[-+=][^=]*=([^=]+)=([-+=].*)");
  private static final String FORWARDER = "fwd.example";
  private static final List<byte[]> SECRETS =
      List.of("the one that signs now".getBytes(UTF_8), "the one before that".getBytes(UTF_8));

  private static TestDatabase database;
  private static AuthDatabase api;
  private static SrsTokenStore tokens;

  private final Instant now = Instant.now();

  @BeforeAll
  static void fill() {
    database = TestDatabase.create();
    database.execute(
        "CREATE SCHEMA extensions",
        "INSERT INTO authserver.domain (name) VALUES ('fwd.example'), ('other.example')",
        "INSERT INTO authserver.mail_user (identifier) VALUES ('user')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id) SELECT d.id, 'user',"
            + " u.id FROM authserver.domain d, authserver.mail_user u WHERE d.name ="
            + " 'fwd.example'",
        "UPDATE authserver.mail_user SET delivery_mailbox_id = (SELECT id FROM"
            + " authserver.email_alias)");
    api = database.open(database.apiUrl());
    tokens = new JdbcSrsTokenStore(database.open(database.forwarderUrl()), InstantSource.system());
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  @BeforeEach
  void register() throws Exception {
    new JdbcSrsKeyStore(database.open(database.forwarderUrl())).register(SECRETS);
  }

  @AfterEach
  void forget() {
    database.execute(
        "DROP EXTENSION IF EXISTS pgcrypto",
        "TRUNCATE authserver.srs_secret",
        "UPDATE authserver.site SET srs_form = 'separated', srs_form_since = NULL");
  }

  private static Srs srs(SrsForms forms) {
    return new Srs(SECRETS.stream().map(SrsSecret::of).toList(), forms);
  }

  /** Sets the form of the site as well. */
  private static Srs srs(SrsForm form) {
    database.execute("UPDATE authserver.site SET srs_form = '" + form.word() + "'");
    return srs(new SrsForms(form, null));
  }

  private static void pgcrypto() {
    database.execute(
        "CREATE EXTENSION pgcrypto SCHEMA extensions",
        "GRANT USAGE ON SCHEMA extensions TO authserver_owner");
  }

  /** Returns whether the edge has a row for each of two questions, or for none. */
  private static boolean edgeTakes(String address) throws AuthDatabaseException {
    List<Boolean> takes = new ArrayList<>();
    for (boolean virtmail : new boolean[] {true, false}) {
      takes.add(
          api.read(
              connection -> {
                try (PreparedStatement statement =
                    connection.prepareStatement("SELECT * FROM authserver_resolve_alias(?, ?)")) {
                  statement.setString(1, address);
                  statement.setBoolean(2, virtmail);
                  try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                      return false;
                    }
                    assertEquals(virtmail ? "virtmail" : address, rows.getString(1));
                    assertFalse(rows.next());
                    return true;
                  }
                }
              }));
    }
    assertEquals(takes.getFirst(), takes.getLast(), address);
    return takes.getFirst();
  }

  private Lookup lookup(Decider decider, String address) throws AuthDatabaseException {
    Lookup lookup = decider.lookup(Mailbox.parse(address), now);
    if (lookup.reversal() instanceof SrsReversal.Token(String token)) {
      lookup =
          decider.redeem(lookup, Optional.ofNullable(tokens.find(List.of(token)).get(token)), now);
    }
    return lookup;
  }

  /** Makes the return address of a sender as {@code ReversePaths} does, and keeps its token. */
  private String returnAddress(Srs srs, String sender) throws AuthDatabaseException {
    Mailbox mailbox = Mailbox.parse(sender);
    Srs.Rewritten made =
        srs.rewrite(
            mailbox.localPart(),
            mailbox.isAscii() ? mailbox.domain() : mailbox.foldedDomain(),
            now);
    if (made.token() != null) {
      tokens.keep(Map.of(made.token().token(), made.token().address()));
    }
    return new Mailbox(made.localPart(), FORWARDER).toString();
  }

  private static String expected(Mailbox sender) {
    Matcher srs1 = SRS1.matcher(sender.localPart());
    boolean wellFormed = srs1.matches() && Mailbox.tryParse("x@" + srs1.group(1)).isPresent();
    return AsciiCase.lower(
        Lookup.text(wellFormed ? new Mailbox("SRS0" + srs1.group(2), srs1.group(1)) : sender));
  }

  private void leadsBack(Srs srs, String sender) throws AuthDatabaseException {
    String address = returnAddress(srs, sender);
    String why = sender + " as " + address;
    String local = address.substring(0, address.lastIndexOf('@'));
    assertTrue(
        local.matches("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
            && !local.contains("..")
            && !local.endsWith("."),
        why);
    Decider decider = new Decider(srs, null);
    for (String written : List.of(address, AsciiCase.lower(address))) {
      assertTrue(edgeTakes(written), why);
      Mailbox back = lookup(decider, written).original().orElseThrow(() -> new AssertionError(why));
      assertEquals(expected(Mailbox.parse(sender)), AsciiCase.lower(Lookup.text(back)), why);
    }
  }

  @ParameterizedTest
  @CsvSource({"MAILSRS,false", "MAILSRS,true", "SEPARATED,false"})
  void collectedSendersGetTheirBounces(SrsForm form, boolean pgcrypto) throws Exception {
    Srs srs = srs(form);
    if (pgcrypto) {
      pgcrypto();
    }
    for (String sender : SENDERS) {
      leadsBack(srs, sender);
    }
  }

  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void generatedSendersGetTheirBounces(SrsForm form) throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    Srs srs = srs(form);
    pgcrypto();
    List<String> pieces =
        List.of(
            "a",
            "B",
            "srs0",
            "SRS1",
            "=",
            "==",
            "+",
            "-",
            "BE",
            "x.example",
            ".",
            "..",
            " ",
            "@",
            "\"",
            "\\",
            "%",
            "é",
            "\u212a",
            "first.example",
            "hhhh",
            "~",
            "ccccccccccccccccccccc");
    int tokens = 0;
    for (int i = 0; i < 500; i++) {
      StringBuilder local = new StringBuilder(random.nextInt(3) == 0 ? "SRS" + i % 2 + "=" : "");
      for (int n = random.nextInt(1, 9); n > 0; n--) {
        local.append(pieces.get(random.nextInt(pieces.size())));
      }
      String domain = List.of("x.example", "[192.0.2.1]", "Y.Example").get(random.nextInt(3));
      String sender = new Mailbox(local.toString(), domain).toString();
      leadsBack(srs, sender);
      tokens += returnAddress(srs, sender).contains("=~=") ? 1 : 0;
    }
    assertTrue(tokens > 100 && tokens < 450, tokens + " tokens");
  }

  /**
   * Symptom: what looks like a return address was taken by the edge and refused behind it, so that
   * the edge bounced to whoever the sender claimed to be.
   */
  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void theEdgeRefusesWhatNobodyMade(SrsForm form) throws Exception {
    SplittableRandom random = new SplittableRandom(11);
    Srs srs = srs(form);
    pgcrypto();
    Decider decider = new Decider(srs, null);
    Srs strangers = new Srs(List.of(SrsSecret.of("not the secret")), new SrsForms(form, null));
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      String sender = SENDERS.get(i % SENDERS.size());
      String made = returnAddress(i % 3 == 0 ? strangers : srs, sender);
      char[] letters = made.toCharArray();
      if (i % 3 != 0) {
        int place = random.nextInt(5, made.lastIndexOf('@'));
        letters[place] = "abcdefghijklmnopqrstuvwxyz234567=+-".charAt(random.nextInt(35));
      }
      String address = new String(letters);
      boolean takes = edgeTakes(address);
      refused += takes ? 0 : 1;
      SrsReversal reversal =
          Mailbox.tryParse(address)
              .map(mailbox -> decider.lookup(mailbox, now).reversal())
              .orElse(new SrsReversal.BadHash());
      // One day of grace for clocks that differ is the edge's alone.
      assertEquals(
          reversal instanceof SrsReversal.Original || reversal instanceof SrsReversal.Token,
          takes,
          address + " " + reversal);
    }
    assertTrue(refused > 200, refused + " refused");
  }

  /** Without a secret, or the extension that an old form needs, the edge has only the shape. */
  @Test
  void withoutWhatItNeedsTheEdgeGoesByShape() throws Exception {
    Srs strangers = new Srs(List.of(SrsSecret.of("not the secret")));
    String forged = returnAddress(strangers, "alice@sender.example");
    srs(SrsForm.SEPARATED);
    assertFalse(edgeTakes(forged));
    srs(SrsForm.MAILSRS);
    assertTrue(edgeTakes(forged));
    pgcrypto();
    assertFalse(edgeTakes(forged));
    database.execute("REVOKE USAGE ON SCHEMA extensions FROM authserver_owner");
    assertTrue(edgeTakes(forged));
    database.execute(
        "TRUNCATE authserver.srs_secret", "UPDATE authserver.site SET srs_form =" + " 'separated'");
    assertTrue(edgeTakes(forged));
    for (String shapeless :
        List.of("SRS0=", "SRS0=aaaa=BE=x.example", "srs0-errors", "SRS1=aaaa=x", "srs1=x=y=z")) {
      assertFalse(edgeTakes(shapeless + "@" + FORWARDER), shapeless);
    }
  }

  /** What was made before a change of the form is taken as long as it would have been. */
  @ParameterizedTest
  @CsvSource({"0,true", "21,true", "22,false"})
  void theFormerFormIsTakenForTwentyOneDays(int days, boolean taken) throws Exception {
    pgcrypto();
    database.execute(
        "UPDATE authserver.site SET srs_form = 'separated',"
            + " srs_form_since = now() - interval '%d days'".formatted(days));
    Srs before = srs(SrsForms.MAILSRS);
    Decider decider =
        new Decider(srs(new SrsForms(SrsForm.SEPARATED, now.minus(Duration.ofDays(days)))), null);
    for (String sender : List.of("alice@sender.example", "SRS0=a=b=c=d@second.example")) {
      String address = returnAddress(before, sender);
      assertEquals(taken, edgeTakes(address), address);
      assertEquals(taken, lookup(decider, address).original().isPresent(), address);
    }
  }

  @Test
  void aRetiredSecretIsTakenForTwentyFourDays() throws Exception {
    Srs srs = srs(SrsForm.SEPARATED);
    String address = returnAddress(srs, "alice@sender.example");
    for (int days : new int[] {0, 23, 25}) {
      database.execute(
          "UPDATE authserver.srs_secret SET retired_at = now() - interval '%d days'"
              .formatted(days));
      assertEquals(days < 24, edgeTakes(address), days + " days");
    }
  }

  /**
   * Where the sender was an address of ours that takes no mail, or claimed to be, mailforwarder
   * refuses the bounce: so does the edge, or it would bounce to a stranger.
   */
  @Test
  void whatLeadsToNobodyOfOursIsRefused() throws Exception {
    pgcrypto();
    for (SrsForm form : SrsForm.values()) {
      Srs srs = srs(form);
      assertTrue(edgeTakes(returnAddress(srs, "user@fwd.example")));
      for (String nobody :
          List.of(
              "nobody@fwd.example",
              "SRS0-errors@fwd.example",
              "SRS0=aaaa=BE=x.example=bob@fwd.example",
              "SRS1=aaaa=fwd.example==aaaa=BE=x.example=bob@far.example")) {
        String address = returnAddress(srs, nobody);
        assertFalse(address.contains("=~="), address);
        assertFalse(edgeTakes(address), nobody + " as " + address);
      }
      // Rewritten twice, it leads out of the site.
      String twice = returnAddress(srs, returnAddress(srs, "alice@sender.example"));
      assertTrue(edgeTakes(twice), twice);
    }
  }
}
