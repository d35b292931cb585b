package io.authserver.mailforwarder.srs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.srs.SrsOracles.MailSrs;
import io.authserver.mailforwarder.srs.SrsOracles.Postsrsd;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we forward others reverse, and the other way round: a real postsrsd, and Mail::SRS. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SrsPeersIT {
  private static final String DOMAIN = "fwd.example";
  private static final String[] SECRETS = {"the new one", "the old one"};
  private static final Srs OURS = srs(SECRETS[0], SECRETS[1]);
  private static final long SECONDS_A_DAY = 86_400;
  private static final List<String> SENDERS =
      List.of(
          "bob@x.example",
          "Bob.Builder@X.Example",
          "a+b@x.example",
          "a-b=c@x.example",
          "=@x.example",
          "SRS2=a=b=c=d@x.example",
          "bounces+12345-a1b2-user=mailbox.example@em42.sender.example",
          "a".repeat(64) + "@a-domain-of-many-letters.example",
          "SRS0=abcd=AB=y.example=eve@g.example",
          "srs0+abcd=AB=y.example=eve@g.example",
          "SRS0-abcd=AB=y.example=eve@g.example",
          "SRS1=abcd=y.example==efgh=AB=z.example=eve@g.example",
          "SRS1-abcd=y.example=+efgh=AB=z.example=eve@g.example",
          "SRS1+abcd=y.example=-efgh=AB=z.example=eve@g.example");

  @TempDir Path directory;

  private static Srs srs(String... secrets) {
    return new Srs(List.of(secrets).stream().map(SrsSecret::of).toList());
  }

  private static String local(String address) {
    return address.substring(0, address.lastIndexOf('@'));
  }

  private static String domain(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  private static String forward(Srs srs, String sender, Instant at) {
    return srs.forward(local(sender), domain(sender), at) + "@" + DOMAIN;
  }

  private static Optional<String> reverse(Srs srs, String address, Instant at) {
    return srs.reverse(local(address), at) instanceof SrsReversal.Original(String l, String d)
        ? Optional.of(l + "@" + d)
        : Optional.empty();
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** Returns the address as its makers' configuration would have it: another first separator. */
  private static String separatedBy(String separator, String address) {
    return address.substring(0, 4) + separator + address.substring(5);
  }

  @Nested
  @Needs(Oracle.POSTSRSD)
  class WithPostsrsd {
    @ParameterizedTest
    @ValueSource(strings = {"=", "+", "-"})
    void postsrsdReversesWhatWeForwardAndWeReverseWhatItForwards(String separator)
        throws Exception {
      try (Postsrsd theirs = Postsrsd.start(directory, separator, DOMAIN, SECRETS)) {
        for (String sender : SENDERS) {
          Instant now = Instant.now();
          String made = forward(OURS, sender, now);
          String theirMade = theirs.forward(sender).orElseThrow(() -> new AssertionError(sender));
          Optional<String> expected = reverse(OURS, made, now);

          assertTrue(expected.isPresent(), made);
          assertEquals(expected, reverse(OURS, theirMade, Instant.now()), theirMade);
          for (String written :
              List.of(made, separatedBy("+", made), separatedBy("-", made), theirMade)) {
            assertEquals(expected, theirs.reverse(written), written);
          }
          // A server on the way may fold the local part; the hash is accepted all the same.
          assertEquals(
              expected.map(SrsPeersIT::lower),
              theirs.reverse(lower(made)).map(SrsPeersIT::lower),
              made);
          assertEquals(
              expected.map(SrsPeersIT::lower),
              reverse(OURS, lower(theirMade), Instant.now()).map(SrsPeersIT::lower),
              theirMade);
        }
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", "+", "-"})
    void postsrsdAndWeSignWithTheFirstSecretAndVerifyWithAll(String separator) throws Exception {
      try (Postsrsd theirs = Postsrsd.start(directory, separator, DOMAIN, SECRETS)) {
        Instant now = Instant.now();
        String byOld = forward(srs(SECRETS[1]), "bob@x.example", now);
        assertEquals(Optional.of("bob@x.example"), theirs.reverse(byOld));
        assertEquals(Optional.of("bob@x.example"), reverse(OURS, byOld, now));
        String theirMade = theirs.forward("bob@x.example").orElseThrow();
        assertEquals(
            Optional.of("bob@x.example"), reverse(srs(SECRETS[0]), theirMade, Instant.now()));
        assertEquals(Optional.empty(), reverse(srs(SECRETS[1]), theirMade, Instant.now()));
        String byNobody = forward(srs("a stranger's"), "bob@x.example", now);
        assertEquals(Optional.empty(), theirs.reverse(byNobody));
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 21, 22, 23, 500, 1000})
    void postsrsdAndWeForgetAnAddressOnTheSameDay(int days) throws Exception {
      try (Postsrsd theirs = Postsrsd.start(directory, "=", DOMAIN, SECRETS)) {
        // Its clock is this machine's: where midnight passes between the two, once more.
        boolean sameDay = false;
        for (int attempt = 0; attempt < 2 && !sameDay; attempt++) {
          Instant now = Instant.now();
          String made = forward(OURS, "bob@x.example", now.minus(Duration.ofDays(days)));
          Optional<String> said = theirs.reverse(made);
          sameDay =
              now.getEpochSecond() / SECONDS_A_DAY
                  == Instant.now().getEpochSecond() / SECONDS_A_DAY;
          if (sameDay) {
            assertEquals(reverse(OURS, made, now), said, made);
            assertEquals(days <= Srs.DEFAULT_MAX_AGE_DAYS, said.isPresent());
          }
        }
        assertTrue(sameDay);
      }
    }
  }

  @Nested
  @Needs(Oracle.MAIL_SRS)
  class WithMailSrs {
    @ParameterizedTest
    @ValueSource(strings = {"=", "+", "-"})
    void mailSrsAgreesOnEverySenderAtEveryAge(String separator) throws Exception {
      Random random = new Random(20_260_304);
      try (MailSrs theirs = MailSrs.start(directory, separator, SECRETS)) {
        for (int i = 0; i < 300; i++) {
          String sender = i < SENDERS.size() ? SENDERS.get(i) : randomSender(random);
          // postsrsd takes this for a rewritten address; Mail::SRS and we do not.
          sender = i == SENDERS.size() ? "srs0@x.example" : sender;
          long time = random.nextLong(0, 4_000_000_000L);
          Instant at = Instant.ofEpochSecond(time);
          String made = forward(OURS, sender, at);
          String theirMade = theirs.forward(time, sender, DOMAIN).orElseThrow();
          assertEquals(separatedBy(separator, made), theirMade, sender);

          // Around the last day, around the turn of the day count, and anywhere.
          int[] days = {0, 21, 22, 1023, 1024, random.nextInt(1100)};
          long later = time + days[i % days.length] * SECONDS_A_DAY;
          assertEquals(
              theirs.reverse(later, made),
              reverse(OURS, theirMade, Instant.ofEpochSecond(later)),
              sender);
        }
      }
    }
  }

  /** Returns a sender, every third already rewritten by somebody, well or badly. */
  private static String randomSender(Random random) {
    String sender = word(random, "abcXYZ019.+-=_/#") + "@" + word(random, "abc") + ".example";
    return switch (random.nextInt(6)) {
      case 0 -> separatedBy(any(random), forward(srs("x"), sender, Instant.EPOCH));
      case 1 ->
          "SRS1%sabcd=%s.example=%sefgh=AB=%s"
              .formatted(any(random), word(random, "ab"), any(random), sender);
      default -> sender;
    };
  }

  private static String any(Random random) {
    return List.of("=", "+", "-").get(random.nextInt(3));
  }

  private static String word(Random random, String letters) {
    StringBuilder word = new StringBuilder("w");
    int length = random.nextInt(30);
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }
}
