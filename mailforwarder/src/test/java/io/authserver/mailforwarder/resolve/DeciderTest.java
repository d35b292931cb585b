package io.authserver.mailforwarder.resolve;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static io.authserver.mailforwarder.Envelopes.sender;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.BlockAction;
import io.authserver.db.alias.NullSender;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.FakeSite;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeciderTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("s")));

  private final FakeSite site =
      new FakeSite()
          .domain("ours.example")
          .domain("also.example")
          .redirect("old.example", "ours.example")
          .redirect("moved.example", "far.example")
          .user("alice@ours.example")
          .user("bob@ours.example")
          .list("team@ours.example", "alice@ours.example", "carol@far.example")
          .ownedList("own@ours.example", "owner@far.example", null, "carol@far.example")
          .ownedList("held@ours.example", null, "bob@ours.example", "carol@far.example")
          .ownedList("outer@also.example", "outer@far.example", null, "team@ours.example")
          .list("nobody@ours.example")
          .list("ring@ours.example", "ring@ours.example")
          .ownedList("self@ours.example", "self@ours.example", null, "carol@far.example")
          .list("mixed@ours.example", "alice@ours.example", "not an address", "gone@ours.example")
          .list("blocks@ours.example", "no@ours.example", "drop@ours.example", "wait@ours.example")
          .list("drops@ours.example", "drop@ours.example")
          .domain("dead.example")
          .redirect("todead.example", "dead.example")
          .list("asleep@ours.example", "carol@far.example")
          .list("some@ours.example", "x@dead.example", "asleep@ours.example", "carol@far.example")
          .list("sleepers@ours.example", "asleep@ours.example")
          .redirect("tolist.example", "ours.example")
          .inactive("dead.example", "asleep@ours.example")
          .blocked("no@ours.example", BlockAction.REJECT)
          .blocked("drop@ours.example", BlockAction.DROP)
          .blocked("wait@ours.example", BlockAction.DEFER);
  private final Decider decider = new Decider(SRS, null);
  private final Map<String, String> tokens = new HashMap<>();

  private Decision decide(Decider with, Recipient recipient, SenderFacts facts)
      throws AuthDatabaseException {
    Lookup lookup =
        with.lookup(
            Mailbox.parse(recipient.forwardPath().toString().replaceAll("^<|>$", "")), facts.at());
    if (lookup.reversal() instanceof SrsReversal.Token(String token)) {
      lookup = with.redeem(lookup, Optional.ofNullable(tokens.get(token)), facts.at());
    }
    Map<String, Resolution> found = new HashMap<>();
    for (String address : lookup.addresses()) {
      List<ResolutionStep> route = site.route(List.of(address)).get(address);
      Optional<Long> list = Resolution.list(route);
      found.put(address, new Resolution(route, list.isEmpty() ? null : site.expand(list.get())));
    }
    Deque<String> waiting =
        new ArrayDeque<>(
            with.returnAddresses(lookup, found.get(lookup.addresses().getLast()), facts));
    while (!waiting.isEmpty()) {
      String address = waiting.remove();
      if (found.containsKey(address)) {
        continue;
      }
      List<ResolutionStep> route = site.route(List.of(address)).get(address);
      Optional<Long> list = Resolution.list(route);
      Resolution leadsTo = new Resolution(route, list.isEmpty() ? null : site.expand(list.get()));
      found.put(address, leadsTo);
      waiting.addAll(
          with.returnAddresses(
              new Lookup(address, new SrsReversal.NotSrs(), Optional.empty()), leadsTo, facts));
    }
    return with.decide(recipient, lookup, found, facts);
  }

  private Decision decide(String address) throws AuthDatabaseException {
    return decide(decider, recipient(address), from("x@out.example"));
  }

  private static SenderFacts from(String address) {
    boolean ours = address.endsWith("@ours.example");
    return new SenderFacts(sender(address), ours, false, ours, NOW);
  }

  private List<String> copies(String address, SenderFacts facts) throws AuthDatabaseException {
    Decision.Forward forward =
        assertInstanceOf(
            Decision.Forward.class, decide(decider, recipient(address), facts), address);
    return forward.targets().stream()
        .map(
            target ->
                switch (target) {
                  case Target.Send send -> send.sender().reversePath() + " " + send.address();
                  case Target.Failed failed -> failed.reply().code() + " " + failed.address();
                })
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "alice@ours.example,false",
    "Alice+ext-tail@Ours.Example,false",
    "gone@ours.example,false",
    "someone@far.example,true",
    "SRS0=ab=cd=x.example=y@far.example,true",
    "user@[192.0.2.1],true"
  })
  void passesOnUnchanged(String address, boolean foreign) throws AuthDatabaseException {
    assertEquals(new Decision.PassOn(recipient(address).forwardPath(), foreign), decide(address));
  }

  @ParameterizedTest
  @CsvSource({
    "no@ours.example,550 5.7.1,false",
    "wait@ours.example,450 4.7.1,false",
    "nobody@ours.example,550 5.1.1,true",
    "ring@ours.example,554 5.4.6,true",
    "x@dead.example,550 5.2.1,false",
    "asleep@ours.example,550 5.2.1,false",
    "sleepers@ours.example,550 5.2.1,false",
    "SRS0=abcd=AA=x.example=y@ours.example,550 5.1.1,false",
    "srs1+abcd=x.example=y@ours.example,550 5.1.1,false"
  })
  void refuses(String address, String reply, boolean operatorShouldAct)
      throws AuthDatabaseException {
    Decision.Refuse refuse = assertInstanceOf(Decision.Refuse.class, decide(address));
    assertTrue(refuse.reply().toString().startsWith(reply), refuse.reply().toString());
    assertEquals(operatorShouldAct, refuse.operatorShouldAct());
  }

  @Test
  void dropsInSilence() throws AuthDatabaseException {
    assertInstanceOf(Decision.Drop.class, decide("drop@ours.example"));
    assertInstanceOf(Decision.Drop.class, decide("drops@ours.example"));
  }

  @Test
  void rewritesTheSenderTowardsForeignTargetsOnly() throws AuthDatabaseException {
    String srs = "SRS0=" + SRS.forward("x", "out.example", NOW).substring(5);
    assertEquals(
        List.of(
            "<x@out.example> alice@ours.example", "<" + srs + "@ours.example> carol@far.example"),
        copies("team@ours.example", from("x@out.example")));
    assertEquals(
        List.of("<" + srs + "@moved.example> eve+x@far.example"),
        copies("eve+x@moved.example", from("x@out.example")));
  }

  @Test
  void theNullSenderStaysNull() throws AuthDatabaseException {
    site.nullSender("team@ours.example", NullSender.MEMBERS);
    assertEquals(
        List.of("<> alice@ours.example", "<> carol@far.example"),
        copies("team@ours.example", from("")));
    assertEquals(List.of("<> eve+x@far.example"), copies("eve+x@moved.example", from("")));
  }

  /** RFC 5321 §3.9.2: errors of a list are for who administers it. */
  @Test
  void bouncesToAListGoToWhoAnswersForIt() throws AuthDatabaseException {
    assertEquals(List.of("<> bob@ours.example"), copies("held@ours.example", from("")));
    assertEquals(List.of("<> owner@far.example"), copies("own+x@ours.example", from("")));
    assertRefused("team@ours.example");
    site.nullSender("own@ours.example", NullSender.MEMBERS);
    assertEquals(List.of("<> carol@far.example"), copies("own@ours.example", from("")));
    site.nullSender("own@ours.example", NullSender.REFUSE);
    assertRefused("own@ours.example");
    site.nullSender("team@ours.example", NullSender.OWNER);
    assertRefused("team@ours.example");
  }

  @Test
  void withoutAnybodyWhoAnswersAListOfOneAndARoleAddressTakeBounces() throws AuthDatabaseException {
    site.list("one@ours.example", "carol@far.example")
        .list("postmaster@ours.example", "alice@ours.example", "carol@far.example")
        .list("postmasters@ours.example", "alice@ours.example", "carol@far.example");
    assertEquals(List.of("<> carol@far.example"), copies("one@ours.example", from("")));
    for (String address : List.of("postmaster@ours.example", "Postmaster+x@old.example")) {
      assertEquals(
          List.of("<> alice@ours.example", "<> carol@far.example"), copies(address, from("")));
    }
    assertRefused("postmasters@ours.example");
  }

  @Test
  void aListWithinAListDecidesForItself() throws AuthDatabaseException {
    site.list("root@ours.example", "team@ours.example", "held@ours.example", "dave@far.example");
    assertEquals(
        List.of("<> bob@ours.example", "<> dave@far.example"),
        copies("root@ours.example", from("")));
    Decision.Forward forward =
        assertInstanceOf(
            Decision.Forward.class, decide(decider, recipient("root@ours.example"), from("")));
    assertEquals(
        List.of(new Decision.Skipped("team@ours.example", "list_null_sender")), forward.skipped());
    assertTrue(forward.skipped().getFirst().isWanted());
  }

  @Test
  void whoAnswersMayBeAListAndNeverTheListItself() throws AuthDatabaseException {
    assertRefused("self@ours.example");
    site.ownedList("news@ours.example", "desk@old.example", null, "carol@far.example", "d@x.test")
        .ownedList("desk@ours.example", null, null, "alice@ours.example")
        .ownedList("a@ours.example", "b+x@old.example", null, "carol@far.example", "d@x.test")
        .ownedList("b@ours.example", "a@ours.example", null, "carol@far.example", "d@x.test")
        .ownedList("c@ours.example", "abuse@ours.example", null, "carol@far.example", "d@x.test")
        .list("abuse@ours.example", "c@ours.example", "bob@ours.example");
    assertEquals(List.of("<> alice@ours.example"), copies("news@ours.example", from("")));
    assertRefused("a@ours.example");
    assertRefused("b@ours.example");
    assertEquals(List.of("<> bob@ours.example"), copies("c@ours.example", from("")));
  }

  /** However many are on it, it is not they who get it. */
  @Test
  void aListThatIsTooLargeStillHasAnOwner() throws AuthDatabaseException {
    site.ownedList(
        "huge@ours.example",
        null,
        "bob@ours.example",
        IntStream.range(0, 100_001).mapToObj(i -> "m" + i + "@far.example").toArray(String[]::new));
    assertEquals(List.of("<> bob@ours.example"), copies("huge@ours.example", from("")));
  }

  private void assertRefused(String address) throws AuthDatabaseException {
    Decision.Refuse refuse =
        assertInstanceOf(
            Decision.Refuse.class, decide(decider, recipient(address), from("")), address);
    assertEquals("550 5.7.1 This list takes no bounces", refuse.reply().toString());
    assertEquals("list_null_sender", refuse.reason());
  }

  @Test
  void aSubmittedSenderOfOursStays() throws AuthDatabaseException {
    assertEquals(
        List.of("<bob@ours.example> alice@ours.example", "<bob@ours.example> carol@far.example"),
        copies("team@ours.example", from("bob@ours.example")));
    List<String> spoofed =
        copies("team@ours.example", from("bob@ours.example").withSubmitted(false));
    assertTrue(spoofed.getLast().startsWith("<SRS0="), spoofed.toString());
  }

  @Test
  void theNearestListsOwnReversePathWins() throws AuthDatabaseException {
    assertEquals(
        List.of("<owner@far.example> carol@far.example"),
        copies("own@ours.example", from("x@out.example")));
    assertEquals(
        List.of("<outer@far.example> alice@ours.example", "<outer@far.example> carol@far.example"),
        copies("outer@also.example", from("x@out.example")));
  }

  @Test
  void aReversePathThatLeadsBackToItsListIsNotUsed() throws AuthDatabaseException {
    Decision.Forward forward =
        assertInstanceOf(Decision.Forward.class, decide("self@ours.example"));
    Target.Send send = assertInstanceOf(Target.Send.class, forward.targets().getFirst());
    assertTrue(send.sender().reversePath().toString().startsWith("<SRS0="));
    assertEquals("new_mailfrom_leads_back", forward.skipped().getFirst().reason());
  }

  @Test
  void aTargetThatIsNoAddressIsSkipped() throws AuthDatabaseException {
    assertEquals(
        List.of("<x@out.example> alice@ours.example", "<x@out.example> gone@ours.example"),
        copies("mixed@ours.example", from("x@out.example")));
  }

  @Test
  void blockedTargetsFailInsideTheirList() throws AuthDatabaseException {
    assertEquals(
        List.of("550 no@ours.example", "450 wait@ours.example"),
        copies("blocks@ours.example", from("x@out.example")));
  }

  @Test
  void whatIsDeactivatedInsideAListIsReportedWhereItIsAnAddressAndSkippedWhereItIsAList()
      throws AuthDatabaseException {
    Decision.Forward forward =
        assertInstanceOf(Decision.Forward.class, decide("some@ours.example"));
    assertEquals(
        List.of("x@dead.example", "carol@far.example"),
        forward.targets().stream().map(target -> target.address().toString()).toList());
    Target.Failed failed = assertInstanceOf(Target.Failed.class, forward.targets().getFirst());
    assertEquals("550 5.2.1", failed.reply().toString().substring(0, 9));
    assertEquals(
        List.of(new Decision.Skipped("asleep@ours.example", "inactive_list")), forward.skipped());
    assertTrue(forward.skipped().getFirst().isWanted());
  }

  @ParameterizedTest
  @CsvSource({"x@todead.example,x@dead.example", "asleep@tolist.example,asleep@ours.example"})
  void aRedirectToWhatIsDeactivatedFails(String address, String target)
      throws AuthDatabaseException {
    assertEquals(List.of("550 " + target), copies(address, from("x@out.example")));
  }

  /** Bounces to what was sent before the domain was deactivated still come back. */
  @Test
  void returnAddressesOfADeactivatedDomainAreStillReversed() throws AuthDatabaseException {
    String srs = SRS.forward("Bob", "far.example", NOW);
    assertEquals(List.of("<> Bob@far.example"), copies(srs + "@dead.example", from("")));
    String dead = SRS.forward("x", "dead.example", NOW);
    Decision.Refuse refuse =
        assertInstanceOf(Decision.Refuse.class, decide(dead + "@ours.example"));
    assertEquals("inactive", refuse.reason());
  }

  @Test
  void anAliasOfARedirectedDomainIsResolvedFurther() throws AuthDatabaseException {
    assertEquals(
        List.of("<x@out.example> alice+q@ours.example"),
        copies("alice+q@old.example", from("x@out.example")));
  }

  @Test
  void reportsGoToTheOwnerElseToTheListsReversePath() throws AuthDatabaseException {
    assertEquals(Optional.of(Mailbox.parse("bob@ours.example")), reportTo("held@ours.example"));
    assertEquals(Optional.of(Mailbox.parse("owner@far.example")), reportTo("own@ours.example"));
    assertEquals(Optional.empty(), reportTo("team@ours.example"));
    assertEquals(Optional.empty(), reportTo("eve@moved.example"));
  }

  private Optional<Mailbox> reportTo(String address) throws AuthDatabaseException {
    return assertInstanceOf(Decision.Forward.class, decide(address))
        .targets()
        .getFirst()
        .reportTo();
  }

  @Test
  void anSrsAddressOfOursLeadsToItsSender() throws AuthDatabaseException {
    String made = SRS.forward("x", "out.example", NOW) + "@ours.example";
    assertEquals(List.of("<> x@out.example"), copies(made, from("")));
    List<String> withSender = copies(made, from("y@far.example"));
    assertTrue(withSender.getFirst().matches("<SRS0=....=..=far.example=y@ours.example> x@out.*"));
    Decision late =
        decide(
            decider,
            recipient(made),
            new SenderFacts(sender(""), false, false, false, NOW.plus(Duration.ofDays(30))));
    assertEquals("srs_expired", assertInstanceOf(Decision.Refuse.class, late).reason());
  }

  @Test
  void anSrsAddressLeadsOnThroughAListOfOurs() throws AuthDatabaseException {
    String made = SRS.forward("team", "ours.example", NOW) + "@ours.example";
    assertEquals(
        List.of("alice@ours.example", "carol@far.example"),
        copies(made, from("y@ours.example")).stream().map(copy -> copy.split(" ", -1)[1]).toList());
  }

  /**
   * Symptom: a bounce of a copy that was sent in a list's name came to all its members. Cause: the
   * return address was reversed, and the list expanded as for any mail.
   */
  @Test
  void aBounceThatReversalLeadsToAListNeverReachesItsMembers() throws AuthDatabaseException {
    site.nullSender("team@ours.example", NullSender.MEMBERS)
        .nullSender("own@ours.example", NullSender.MEMBERS)
        .list("one@ours.example", "carol@far.example");
    for (String list : List.of("team", "one", "ring")) {
      assertRefused(SRS.forward(list, "ours.example", NOW) + "@ours.example");
    }
    assertEquals(
        List.of("<> owner@far.example"),
        copies(SRS.forward("own", "ours.example", NOW) + "@ours.example", from("")));
  }

  /** The bounds of the resolution end the whole, not the rest of it. */
  @Test
  void whatMeetsABoundIsRefusedAsAWhole() throws AuthDatabaseException {
    site.list(
        "wide@ours.example",
        IntStream.range(0, 100_001).mapToObj(i -> "m" + i + "@far.example").toArray(String[]::new));
    for (int i = 1; i <= 12; i++) {
      site.redirect("r" + i + ".example", "r" + (i + 1) + ".example");
    }
    site.list("far@ours.example", "carol@far.example", "x@r1.example");
    Decision.Refuse wide = assertInstanceOf(Decision.Refuse.class, decide("wide+x@ours.example"));
    assertEquals(
        "550 5.2.4 This list and those within it have more than 100000 members",
        wide.reply().toString());
    assertEquals("list_over_max_steps", wide.reason());
    for (String address : List.of("x@r1.example", "far@ours.example")) {
      Decision.Refuse far = assertInstanceOf(Decision.Refuse.class, decide(address), address);
      assertEquals("554 5.4.6 More than 10 redirects behind this address", far.reply().toString());
      assertEquals("over_max_redirects", far.reason());
      assertTrue(far.operatorShouldAct());
    }
    assertInstanceOf(Decision.Forward.class, decide("x@r4.example"));
  }

  @Test
  void whatWasRewrittenTwiceIsReversedTwice() throws AuthDatabaseException {
    String once = SRS.forward("x", "out.example", NOW);
    String twice = SRS.forward(once, "ours.example", NOW) + "@ours.example";
    assertTrue(twice.startsWith("SRS1="), twice);
    assertEquals(List.of("<> x@out.example"), copies(twice, from("")));
    String foreignFirst = SRS.forward("SRS0=ab=cd=y.example=z", "far.example", NOW);
    assertEquals(
        List.of("<> SRS0=ab=cd=y.example=z@far.example"),
        copies(foreignFirst + "@ours.example", from("")));
  }

  @Test
  void aSeparateDomainTakesAllSrsAddresses() throws AuthDatabaseException {
    Decider separate = new Decider(SRS, "srs.example");
    Decision.Forward forward =
        assertInstanceOf(
            Decision.Forward.class,
            decide(separate, recipient("eve@moved.example"), from("x@out.example")));
    Target.Send send = assertInstanceOf(Target.Send.class, forward.targets().getFirst());
    String path = send.sender().reversePath().toString();
    assertTrue(path.endsWith("@srs.example>"), path);
    // The domain need not be in the database.
    assertEquals(
        "x@out.example",
        assertInstanceOf(
                Decision.Forward.class,
                decide(separate, recipient(path.replaceAll("[<>]", "")), from("")))
            .targets()
            .getFirst()
            .address()
            .toString());
  }

  /** A fault in what bounces need does not stop mail. */
  @Test
  void aReturnDomainThatTakesNoMailIsNotUsed() throws AuthDatabaseException {
    for (boolean takesMail : new boolean[] {true, false}) {
      ReturnAddresses known = new ReturnAddresses(SRS, "srs.example", takesMail);
      Decision.Forward forward =
          assertInstanceOf(
              Decision.Forward.class,
              decide(
                  new Decider(() -> known), recipient("eve@moved.example"), from("x@out.example")));
      Target.Send send = assertInstanceOf(Target.Send.class, forward.targets().getFirst());
      String path = send.sender().reversePath().toString();
      assertTrue(path.endsWith(takesMail ? "@srs.example>" : "@moved.example>"), path);
    }
  }

  @Test
  void aQuotedLocalPartSurvivesTheWayBack() throws AuthDatabaseException {
    SenderFacts facts = from("\"a b\"@out.example");
    Decision.Forward forward =
        assertInstanceOf(
            Decision.Forward.class, decide(decider, recipient("eve@moved.example"), facts));
    Target.Send send = assertInstanceOf(Target.Send.class, forward.targets().getFirst());
    String path = send.sender().reversePath().toString().replaceAll("^<|>$", "");
    // No server has to take quotes: the database keeps the sender.
    assertTrue(path.startsWith("SRS0="), path);
    tokens.putAll(forward.senders());
    assertEquals(List.of("<> \"a b\"@out.example"), copies(path, from("")));
    // As it was made before, and is still under way.
    String quoted = "\"" + SRS.forward("a b", "out.example", NOW) + "\"@moved.example";
    assertEquals(List.of("<> \"a b\"@out.example"), copies(quoted, from("")));
  }

  @Test
  void notificationParametersEndAtAListWithItsOwnName() throws AuthDatabaseException {
    Sender asks =
        new Sender(
            sender("x@out.example").reversePath(),
            new MailParameters(123, MailParameters.Body.EIGHTBITMIME, false, "FULL", "id"));
    SenderFacts facts = new SenderFacts(asks, false, false, true, NOW);
    Target.Send own = send(recipient("own@ours.example", "SUCCESS,FAILURE"), facts, 0);
    assertEquals(null, own.parameters().notifyOn());
    assertEquals(null, own.sender().parameters().envid());
    assertEquals(MailParameters.Body.EIGHTBITMIME, own.sender().parameters().body());
    Target.Send single = send(recipient("eve@moved.example", "SUCCESS,FAILURE"), facts, 0);
    assertEquals("SUCCESS,FAILURE", single.parameters().notifyOn());
    assertEquals("id", single.sender().parameters().envid());
    assertEquals(-1, single.sender().parameters().size());
    assertEquals(
        "FAILURE",
        send(recipient("team@ours.example", "SUCCESS,FAILURE"), facts, 1).parameters().notifyOn());
    assertEquals(
        "NEVER", send(recipient("team@ours.example", "SUCCESS"), facts, 1).parameters().notifyOn());
  }

  /** Of what was not submitted only the header goes back, and nobody confirms it. */
  @ParameterizedTest
  @CsvSource({"FULL", "HDRS", "''"})
  void whatWasNotSubmittedAsksForHeadersAndNoSuccess(String ret) throws AuthDatabaseException {
    site.nullSender("team@ours.example", NullSender.MEMBERS);
    site.nullSender("own@ours.example", NullSender.MEMBERS);
    for (String sender : List.of("x@out.example", "alice@ours.example", "")) {
      Sender asks =
          new Sender(
              sender(sender).reversePath(),
              new MailParameters(-1, null, false, ret.isEmpty() ? null : ret, "id"));
      SenderFacts facts = new SenderFacts(asks, sender.contains("ours"), false, false, NOW);
      for (String address : List.of("eve@moved.example", "team@ours.example", "own@ours.example")) {
        Target.Send send = send(recipient(address, "SUCCESS,FAILURE"), facts, 0);
        assertEquals("HDRS", send.sender().parameters().ret(), address);
        assertFalse(String.valueOf(send.parameters().notifyOn()).contains("SUCCESS"), address);
      }
      assertEquals(
          "NEVER",
          send(recipient("eve@moved.example", "SUCCESS"), facts, 0).parameters().notifyOn());
    }
  }

  private Target.Send send(Recipient recipient, SenderFacts facts, int index)
      throws AuthDatabaseException {
    Decision.Forward forward =
        assertInstanceOf(Decision.Forward.class, decide(decider, recipient, facts));
    return assertInstanceOf(Target.Send.class, forward.targets().get(index));
  }
}
