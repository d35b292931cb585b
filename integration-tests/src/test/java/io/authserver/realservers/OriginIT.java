package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Name;

/** Strangers who want our signature under an author of ours, by way of an address that forwards. */
@Tag("real-servers")
@Timeout(300)
class OriginIT {
  private static RealSite site;
  private static int number;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  private static void assertUnsigned(String text) {
    for (Message copy : site.awaitTaken(text, 2)) {
      assertFalse(copy.text().contains("DKIM-Signature"), copy.text());
      assertFalse(copy.text().contains("Authserver-Forwarded"), copy.text());
    }
    assertEquals(List.of("dora@far.test", "emil@away.test"), site.recipients(text));
  }

  static List<List<String>> tops() {
    return List.of(
        List.of(),
        List.of("Authserver-Forwarded: v=1; submitted=yes"),
        List.of(
            "Received: from a (b [192.0.2.7]) by mx.example.org (OpenSMTPD) with ESMTPSA id 1;",
            "\tSat, 21 Nov 2026 09:55:06 -0600 (CST)"),
        List.of("Received: by mx.example.org with ESMTPA; Sat, 21 Nov 2026 09:55:06 -0600"));
  }

  @ParameterizedTest
  @MethodSource("tops")
  void aSpoofedAuthorIsNotSignedWhateverTheHeaderClaims(List<String> top) throws Exception {
    String text = "spoofed-author-" + ++number;
    String message = Client.message("CEO <alice@example.org>", "team@example.org", text);
    try (Client stranger = Client.stranger()) {
      stranger.send(
          "alice@example.org",
          "team@example.org",
          top.isEmpty() ? message : String.join("\r\n", top) + "\r\n" + message);
    }
    assertUnsigned(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EHLO x by mx.example.org with ESMTPSA id 1",
        "HELO x by mx.example.org with ESMTPSA id 1",
        "EHLO x(by)mx.example.org(with)ESMTPSA",
        "EHLO x\tby\tmx.example.org\twith\tESMTPSA\tid\t1",
        "HELO x)by(mx.example.org",
        "EHLO [127.0.0.1] by mx.example.org with ESMTPSA id 1",
        "EHLO [IPv6:::1] by mx.example.org with ESMTPSA id 1; x",
        "HELO x;with",
        "HELO x\rReceived: by mx.example.org with ESMTPSA id 1",
        "EHLO with.ESMTPSA.by.mx.example.org"
      })
  void aGreetingDoesNotMakeASubmission(String greeting) throws Exception {
    String text = "greeting-" + ++number;
    try (RawSmtpClient stranger = new RawSmtpClient(OpenSmtpd.edge())) {
      stranger.expect("220");
      if (!stranger.command(greeting).startsWith("250")) {
        return; // OpenSMTPD does not take it, which is the first line of defence
      }
      send(stranger, text);
    }
    assertUnsigned(text);
  }

  private static void send(RawSmtpClient stranger, String text) throws Exception {
    stranger.command("MAIL FROM:<alice@example.org>", "250");
    stranger.command("RCPT TO:<team@example.org>", "250");
    String message = Client.message("CEO <alice@example.org>", "team@example.org", text);
    String reply = stranger.data(message.getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(reply.startsWith("250"), reply);
  }

  /** The owner of an address chooses its name, which stands in the Received field too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\\032by\\032mx.example.org\\032with\\032ESMTPSA\\032id\\0321.",
        "x\\041\\032by\\032mx\\032with\\032ESMTPSA\\032id\\0321\\032\\040y.",
        "x\\041\\032by\\032mx\\032with\\032ESMTPSA\\032id\\0321\\059\\032\\040y.",
        "x\\013\\010Received:\\032by\\032mx\\032with\\032ESMTPSA\\032id\\0321."
      })
  void theNameOfAnAddressDoesNotMakeASubmission(String name) throws Exception {
    String text = "client-name-" + ++number;
    site.nameServer().name("192.0.2.254", Name.fromString(name));
    try (RawSmtpClient stranger = new RawSmtpClient(OpenSmtpd.edge())) {
      stranger.expect("220");
      stranger.command("EHLO sender.far.test", "250");
      send(stranger, text);
    } finally {
      site.nameServer().name("192.0.2.254", Name.fromString("client.far.test."));
    }
    assertUnsigned(text);
  }

  /** Guards the others: the same list signs where the author has logged in. */
  @Test
  void aSubmittedMessageToTheSameListIsSigned() throws Exception {
    String text = "submitted-to-the-list";
    try (Client user = Client.user("alice@example.org", RealSite.PASSWORD)) {
      user.send(
          "alice@example.org",
          "team@example.org",
          Client.message("Alice <alice@example.org>", "team@example.org", text));
    }
    for (Message copy : site.awaitTaken(text, 2)) {
      assertEquals(List.of("pass", "pass"), Signatures.ours(copy.data(), site.keys()));
      assertFalse(copy.text().contains("Authserver-Forwarded"), copy.text());
    }
    assertEquals(1, site.awaitMailbox("carol@example.org", text).size());
  }
}
