package io.authserver.mailforwarder.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SubmissionTest {
  private static final EdgeNames NAMES =
      EdgeNames.of(List.of("mx.ours.example", "Mail.Ours.example."), "fw.ours.example");
  private static final String LOGIN =
      "from pc (pc.far.example [192.0.2.7])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTPSA id 1"
          + " (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO);\r\n\tMon, 30 Nov 2026 23:00:00 +0000 (UTC)";
  private static final String ENQUEUED =
      "from localhost (mx.ours.example [local])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTPA"
          + " id 1 for <bob@far.example>;\r\n\tMon, 30 Nov 2026 23:00:00 +0000 (UTC)";
  private static final String LOOPBACK =
      "from localhost (localhost [127.0.0.1])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTP id 1;"
          + "\r\n\tMon, 30 Nov 2026 23:00:00 +0000 (UTC)";
  private static final String INTERNET =
      "from evil.example (evil.example [192.0.2.66])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTP"
          + " id 1;\r\n\tMon, 30 Nov 2026 23:00:00 +0000 (UTC)";
  private static final String FOREIGN =
      "from a.far.example by b.far.example with ESMTPS id 2; Mon, 30 Nov 2026 23:00:00 +0000";

  private static HeaderSection header(String text) {
    return HeaderSection.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Submission submission(String... received) {
    StringBuilder text = new StringBuilder("Authserver-Forwarded: v=1; submitted=yes\r\n");
    for (String value : received) {
      text.append("Received: ").append(value).append("\r\n");
    }
    return Submission.of(header(text + "From: a@ours.example\r\n"), NAMES);
  }

  private static void assertSubmitted(boolean submitted, String... received) {
    assertEquals(
        new Submission(submitted, Optional.empty()),
        submission(received),
        String.join("\r\n", received));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from pc (host [192.0.2.1])\r\n"
            + "\tby mx.ours.example (OpenSMTPD) with ESMTPSA id 1a (T:X) auth=yes; x",
        "by mx.ours.example with esmtpa id 1; date",
        "from a by MX.OURS.EXAMPLE. via tcp with UTF8SMTPSA id 1; date",
        "from pc (a (b) \\\\ \\( c; d) by mail.ours.example (x) (using T) with ESMTPSA id 1 for"
            + " <a@b>; 1 (UTC; x)",
        "from a by mx.ours.example with UTF8SMTPA",
        "(c (nested \\) ) c) from a by mx.ours.example with ESMTPA; date",
        // Postfix
        "from [10.0.0.5] (unknown [192.0.2.1])\r\n"
            + "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n"
            + "\t key-exchange X25519)\r\n\t(No client certificate requested)\r\n"
            + "\t(Authenticated sender: alice)\r\n\tby mx.ours.example (Postfix) with ESMTPSA id 4A"
            + "\r\n\tfor <a@b.example>; Mon, 30 Nov 2026 23:00:00 +0000 (UTC)",
        "from localhost (localhost [127.0.0.1]) by mx.ours.example (OpenSMTPD) with ESMTPSA id 1; x"
      })
  void whoHasLoggedInAtOurEdgeHasSubmitted(String value) {
    assertSubmitted(true, value);
    assertSubmitted(true, value, FOREIGN, "(qmail 17 invoked by uid 0); date");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from a by mx.ours.example with ESMTP id 1; date",
        "from a by mx.ours.example with ESMTPS id ESMTPA; date",
        "from with (by b with ESMTPA) by mx.ours.example with ESMTP; date",
        "from a with ESMTPA by mx.ours.example with ESMTP; date",
        "from a (x) y by mx.ours.example with ESMTPA; date",
        "by mx.ours.example (OpenSMTPD, from userid 0) id 1; date",
        "; from a by mx.ours.example with ESMTPA",
        "",
        "with",
        "from a by mx.ours.example with",
        "from a by",
        "from a by mx.ours.example via with ESMTPA",
        "from a by mx.ours.example with LMTPA; date",
        // Not our edge, which may be one that hides its own field
        "from a by mx.evil.example with ESMTPSA id 1; date",
        "from a by fw.ours.example with ESMTPSA id 1; date",
        "from a by ours.example with ESMTPSA id 1; date",
        "from a by x.mx.ours.example with ESMTPSA id 1; date",
        "from mx.ours.example by x (mx.ours.example) with ESMTPSA id 1; date",
        "from a by mx.ours.example.. with ESMTPSA id 1; date",
        // What a client could make of a field by its greeting or by the name of its address
        "from x by mx.ours.example with ESMTPSA (y [192.0.2.1]) by mx.ours.example with ESMTP id 1;"
            + " date",
        "from x by mx.ours.example with ESMTPSA id 1; x (y [192.0.2.1]) by mx.ours.example with"
            + " ESMTP id 1; date",
        "from x by mx.ours.example with ESMTPSA id 1; (y [192.0.2.1]) (y) id 2 ESMTP; date",
        "from x) by mx.ours.example with ESMTPSA ( (y [192.0.2.1]) by mx.ours.example with ESMTP"
            + " id 1; date",
        "from x (y) by mx.ours.example with ESMTPSA (y [192.0.2.1]) by mx.ours.example with ESMTP"
            + " id 1; date",
        "from x (y) by mx.ours.example with ESMTPSA id 1; (y [192.0.2.1]) by mx.ours.example with"
            + " ESMTP id 1; date",
        "from x by mx.ours.example with ESMTPSA ((y [192.0.2.1]) by mx.ours.example with ESMTP id"
            + " 1; date",
        "from x By mx.ours.example with ESMTPSA (y) id WITH; date",
        "from x by mx.ours.example with ESMTPSA \\(y) by mx.ours.example; date",
        "from x by mx.ours.example with ESMTPSA (\\ [192.0.2.1]) by mx.ours.example with ESMTP;"
            + " date"
      })
  void anythingElseSaysNothingLikeThat(String value) {
    assertSubmitted(false, value);
    assertSubmitted(false, value, LOGIN);
  }

  /** The field from when the message came in lies below, whoever writes what on top. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        INTERNET,
        LOGIN,
        "from evil.example by fw.ours.example with ESMTP id 1; date",
        "from localhost ([127.0.0.1])\r\n\tby FW.ours.example. with ESMTP id 1;\r\n\tdate",
        "by mail.ours.example(OpenSMTPD) with SMTP id 1; date",
        // hostile names, which make it unreadable
        "from x (y) by evil.example with ESMTP ((y [192.0.2.66])\r\n"
            + "\tby mx.ours.example with ESMTP; x",
        "from x (; ; by [192.0.2.66])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTP id 1; date",
        "from x (\"\\ [192.0.2.66])\r\n\tby mx.ours.example with ESMTP id 1; date"
      })
  void whatHasComeInBeforeIsNotSubmittedBySendingItAgain(String before) {
    for (String top : List.of(LOGIN, ENQUEUED, LOOPBACK)) {
      assertSubmitted(true, top);
      assertSubmitted(false, top, before);
      assertSubmitted(false, top, FOREIGN, before, FOREIGN);
    }
    assertSubmitted(false, LOGIN, INTERNET + "x".repeat(ReceivedField.MOST_BYTES));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ENQUEUED,
        LOOPBACK,
        "from app.ours.example (localhost [127.0.0.1]) by mx.ours.example (Postfix) with SMTP id"
            + " 4A; date",
        "from evil.example ([127.8.0.255]) by mx.ours.example with ESMTP id 1; date",
        "from x (localhost [::1]) by mx.ours.example (OpenSMTPD) with ESMTP id 1; date",
        "from x (localhost [IPv6:::1]) by mx.ours.example (Postfix) with ESMTP id 1; date",
        "from x ([IPv6:0:0:0:0:0:0:0:1]) by mx.ours.example with ESMTP id 1; date",
        "from x (<unknown> [ipv6:::ffff:127.0.0.1]) by mx.ours.example with ESMTP id 1; date",
        "by mx.ours.example (Postfix, from userid 33)\r\n\tid 4A1B; date",
        "by mx.ours.example (Postfix, from userid 0)\r\n\tid 4A1B\r\n\tfor <a@b>; date (UTC)"
      })
  void whatAProgramOnTheHostMadeIsSubmitted(String value) {
    assertSubmitted(true, value);
    assertSubmitted(false, value, FOREIGN);
    assertSubmitted(false, FOREIGN, value);
    assertSubmitted(false, value.replace("mx.ours.example", "mx.evil.example"));
    assertSubmitted(false, value.replace("mx.ours.example", "localhost"));
  }

  /** The client chooses its greeting, and whoever owns its address the name of that. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[127.0.0.1] (evil.example [192.0.2.66])",
        "[IPv6:::1] (evil.example [192.0.2.66])",
        "[local] (evil.example [192.0.2.66])",
        "localhost (localhost [192.0.2.66])",
        "localhost (local [192.0.2.66])",
        "localhost ([127.0.0.1] [192.0.2.66])",
        "localhost ([local] [192.0.2.66])",
        "x (y [127.0.0.1] [192.0.2.66])",
        "x (y [127.0.0.1]) [192.0.2.66])",
        "x (y [127.0.0.1]) (y [192.0.2.66])",
        "x (y [127.0.0.1])(y [192.0.2.66])",
        "x (y) (localhost [127.0.0.1])",
        "x (y (z) [127.0.0.1])",
        "x (y\\ [127.0.0.1])",
        "x (localhost [127.0.0.1]) y",
        "x y (localhost [127.0.0.1])",
        "(localhost [127.0.0.1])",
        "x",
        "[127.0.0.1]",
        "localhost",
        // the greeting in the comment
        "y ([192.0.2.66] helo=[127.0.0.1])",
        "[192.0.2.66] (HELO [127.0.0.1])",
        "[192.0.2.66] (ehlo [127.0.0.1])",
        "y (HELO [127.0.0.1]) (192.0.2.66)",
        // not loopback
        "x (y [127.0.0.1.evil.example])",
        "x (y [127.1])",
        "x (y [127.0.0.256])",
        "x (y [128.0.0.1])",
        "x (y [IPv6:::2])",
        "x (y [IPv6:127.0.0.1])",
        "x (y [::ffff:192.0.2.1])",
        "x (y [::1%lo])",
        "x (y [1:2:3])",
        "x (y [localhost])",
        "x (y [LOCAL])",
        "x (y 127.0.0.1)",
        "x (y [])",
        "x ()"
      })
  void wordsOfTheClientMakeNoProgramOnTheHost(String from) {
    assertSubmitted(
        false, "from " + from + "\r\n\tby mx.ours.example (OpenSMTPD) with ESMTP id 1; x");
  }

  /** With mask-src nobody knows where it came from; who has logged in is known all the same. */
  @Test
  void withoutAClientOnlyALoginCounts() {
    assertSubmitted(false, "\r\n\tby mx.ours.example (OpenSMTPD) with ESMTP id 1; date");
    assertSubmitted(true, "\r\n\tby mx.ours.example (OpenSMTPD) with ESMTPSA id 1; date");
    assertSubmitted(false, "by mx.ours.example (Postfix, from userid 0) (x) id 1; date");
    assertSubmitted(false, "by mx.ours.example (Postfix, from userid 0) id 1 with ESMTP; date");
    assertSubmitted(false, "by mx.ours.example (x) id 1; date");
  }

  @Test
  void onlyReceivedFieldsCount() {
    assertEquals(Submission.NONE, Submission.of(header("Subject: " + LOGIN + "\r\n"), NAMES));
    assertEquals(Submission.NONE, Submission.of(header(""), NAMES));
    assertEquals(
        true,
        Submission.of(header("RECEIVED :" + LOGIN + "\r\nX-Received: " + INTERNET + "\r\n"), NAMES)
            .submitted());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "(T:X) auth=yes user=alice@ours.example; x|alice@ours.example",
        "(T:X) auth=yes user=alice for <bob@far.example>; x (UTC)|alice",
        "auth=yes user=alice@ours.example for <b@x>|alice@ours.example",
        "(T:X) auth=no; x|none",
        "(T:X) auth=yes user=; x|none",
        "(T:X) auth=yes; x|none",
        "(T:X) user=alice; x|none",
        "(T:X) auth=yes (x) user=alice; x|none",
        "(T:X) for <auth=yes> user=alice; x|none",
        // a login is what the client says, too
        "(T:X) auth=yes user=alice+ user=bob for <c@x>; x|none",
        "(T:X) auth=yes user=alice for <c@x> for <c@x>; x|none",
        "(T:X) auth=yes user=alice (+x)@ours.example for <c@x>; x|none",
        "(T:X) auth=yes user=alice (+x) for <c@x>; x|none"
      })
  void theLoginIsReadWhereTheEdgeSaysIt(String rest, String login) {
    String value =
        "from pc (pc [192.0.2.7])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTPSA id 1 " + rest;
    assertEquals(
        new Submission(true, Optional.of(login).filter(name -> !name.equals("none"))),
        submission(value));
    assertEquals(Submission.NONE, submission(value.replace("ESMTPSA", "ESMTPS")));
    assertEquals(Submission.NONE, submission(value, INTERNET));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "From: a@Ours.example|ours.example",
        "From: A B <a@ours.example>|ours.example",
        "From: \"B, A <x@y>\" <a@ours.example>|ours.example",
        "From: <a@ours.example>|ours.example",
        "From: a@ours.example, b@other.example|none",
        "From: a@ours.example <b@other.example>|none",
        "From: A (x@y) <a@ours.example>|none",
        "From: g: a@ours.example;|none",
        "From: a@ours.example <|none",
        "From: nobody|none",
        "Subject: a@ours.example|none"
      })
  void theAuthorsDomainIsTakenOnlyWithoutDoubt(String field, String domain) {
    assertEquals(domain, AuthorDomain.of(header(field + "\r\n")).orElse("none"));
  }

  @Test
  void twoFromFieldsHaveNoDomain() {
    assertEquals(
        "none",
        AuthorDomain.of(header("From: a@ours.example\r\nFrom: b@ours.example\r\n")).orElse("none"));
  }

  /** Its words would take many times its size, and our edge writes none like it. */
  @Test
  void aLongFieldSaysNothing() {
    String value = "from a by mx.ours.example with ESMTPA id ";
    String rest = "x".repeat(ReceivedField.MOST_BYTES - "Received: \r\n".length() - value.length());
    assertSubmitted(true, value + rest);
    assertSubmitted(false, value + "x" + rest);
  }

  @Test
  void aListenerMayKnowBetterThanTheHeader() {
    HeaderSection login = header("Received: " + LOGIN.replace(";", " auth=yes user=a;") + "\r\n");
    HeaderSection internet = header("Received: " + INTERNET + "\r\n");
    Entrance mixed = new Entrance(Entrance.Kind.MIXED, NAMES);
    assertEquals(new Submission(true, Optional.of("a")), mixed.submission(login));
    assertEquals(Submission.NONE, mixed.submission(internet));
    Entrance submissions = new Entrance(Entrance.Kind.SUBMISSIONS, NAMES);
    assertEquals(new Submission(true, Optional.of("a")), submissions.submission(login));
    assertEquals(new Submission(true, Optional.empty()), submissions.submission(internet));
    Entrance others = new Entrance(Entrance.Kind.OTHERS, NAMES);
    assertEquals(Submission.NONE, others.submission(login));
    for (boolean ours : List.of(true, false)) {
      assertEquals(ours, mixed.seemsSubmitted(ours));
      assertEquals(true, submissions.seemsSubmitted(ours));
      assertEquals(false, others.seemsSubmitted(ours));
    }
  }
}
