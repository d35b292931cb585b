package io.authserver.mailforwarder.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SubmissionTest {
  private static HeaderSection header(String text) {
    return HeaderSection.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from pc (host [192.0.2.1])\r\n"
            + "\tby mx.example (OpenSMTPD) with ESMTPSA id 1a (T:X) auth=yes; x",
        "by mx.example with esmtpa id 1; date",
        "from a by b via tcp with UTF8SMTPSA id 1; date",
        "from pc (a (b) \\\\ \\( c; d) by mx (x) (using T) with ESMTPSA id 1 for <a@b>; 1 (UTC; x)",
        "from a by b with ESMTPA",
        "(c (nested \\) ) c) from a by b with ESMTPA; date"
      })
  void saysThatItWasSubmitted(String value) {
    assertEquals(true, Submission.isSubmitted(header("Received: " + value + "\r\nX: y\r\n")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from a by b with ESMTP id 1; date",
        "from a by b with ESMTPS id ESMTPA; date",
        "from with (by b with ESMTPA) by b with ESMTP; date",
        "from a with ESMTPA by b with ESMTP; date",
        "from a (x) y by b with ESMTPA; date",
        "by host (OpenSMTPD, from userid 0) id 1; date",
        "; from a by b with ESMTPA",
        "",
        "with",
        "from a by b with",
        // What a client could make of a field by its greeting or by the name of its address
        "from x by mx with ESMTPSA (y [192.0.2.1]) by mx with ESMTP id 1; date",
        "from x by mx with ESMTPSA id 1; x (y [192.0.2.1]) by mx with ESMTP id 1; date",
        "from x by mx with ESMTPSA id 1; (y [192.0.2.1]) (y) id 2 ESMTP; date",
        "from x) by mx with ESMTPSA ( (y [192.0.2.1]) by mx with ESMTP id 1; date",
        "from x (y) by mx with ESMTPSA (y [192.0.2.1]) by mx with ESMTP id 1; date",
        "from x (y) by mx with ESMTPSA id 1; (y [192.0.2.1]) by mx with ESMTP id 1; date",
        "from x by mx with ESMTPSA ((y [192.0.2.1]) by mx with ESMTP id 1; date",
        "from x By mx with ESMTPSA (y) id WITH; date",
        "from x by mx with ESMTPSA \\(y) by mx; date"
      })
  void saysNothingLikeThat(String value) {
    assertFalse(Submission.isSubmitted(header("Received: " + value + "\r\n")));
  }

  @Test
  void onlyTheTopmostFieldCounts() {
    assertFalse(
        Submission.isSubmitted(
            header(
                String.join(
                    "\r\n",
                    "Received: from a by b with ESMTP; x",
                    "Received: from a by b with ESMTPA; x",
                    ""))));
    assertFalse(Submission.isSubmitted(header("Subject: from a by b with ESMTPA\r\n")));
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
    String field = "Received: from a by b with ESMTPA id " + "x".repeat(4057) + "\r\n";
    assertEquals(4096, field.length());
    assertEquals(true, Submission.isSubmitted(header(field)));
    assertFalse(Submission.isSubmitted(header(field.replace("id", "idx"))));
  }
}
