package io.authserver.line;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Mail from outside that claims to be ours.
 *
 * @param received the trace field of our edge, which accepted it without a login
 * @param fields what the attacker wrote
 * @param victims the domains of ours that some reader might take for the author's
 */
record Spoof(String received, List<String> fields, List<String> victims) {
  private static final String CEO = "From: CEO <ceo@ours.example>";
  private static final String MARK = "Authserver-Forwarded";

  /** As OpenSMTPD writes it; the names are the client's and its resolver's. */
  private static String edge(String helo, String reverseName) {
    return "Received: from "
        + helo
        + " ("
        + reverseName
        + " [192.0.2.66])\r\n\tby mx.ours.example (OpenSMTPD) with ESMTP id 0badc0de\r\n"
        + "\tfor <x@ours.example>;\r\n\tSun, 22 Nov 2026 04:00:00 +0000 (UTC)";
  }

  private static Spoof of(String... fields) {
    return new Spoof(
        edge("evil.example", "evil.example"), List.of(fields), List.of("ours.example"));
  }

  private static Spoof against(String victim, String... fields) {
    return new Spoof(edge("evil.example", "evil.example"), List.of(fields), List.of(victim));
  }

  private static Spoof again(String from, String protocol) {
    String top =
        "Received: " + from + " by mx.ours.example (OpenSMTPD) with " + protocol + " id 2; x";
    return new Spoof(
        top, List.of(edge("evil.example", "evil.example"), CEO), List.of("ours.example"));
  }

  private static Spoof greeting(String helo, String reverseName) {
    return new Spoof(edge(helo, reverseName), List.of(CEO), List.of("ours.example"));
  }

  /** Returns the message as bytes. */
  byte[] message(String id) {
    List<String> lines = new ArrayList<>();
    lines.add(received);
    lines.addAll(fields);
    lines.add("X-Case: " + id);
    lines.add("Date: Sun, 22 Nov 2026 04:00:00 +0000");
    lines.add("Message-ID: <" + id + "@evil.example>");
    lines.add("");
    lines.add("Please pay at once.");
    return (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8);
  }

  static List<Spoof> all() {
    List<Spoof> all = new ArrayList<>(authors());
    all.addAll(marks());
    all.addAll(traces());
    return all;
  }

  private static List<Spoof> authors() {
    return List.of(
        of(CEO),
        of("From: ceo@OURS.Example"),
        of("from:ceo@ours.example"),
        of("FROM : ceo@ours.example"),
        of("From:\r\n ceo\r\n @ours.example"),
        of("From: (c)ceo(c)@(c)ours(c).example(c)"),
        of("From: <@relay.evil.example:ceo@ours.example>"),
        of("From: \"x@evil.example\" <ceo@ours.example>"),
        of("From: x@evil.example <ceo@ours.example>"),
        of("From: =?utf-8?q?x=40evil.example?= <ceo@ours.example>"),
        of("From: \"a\\\" <x@evil.example> \\\"\" <ceo@ours.example>"),
        of("From: The board: ceo@ours.example;"),
        of("From: x@evil.example, ceo@ours.example"),
        of("From: ceo@ours.example, x@evil.example"),
        of(CEO, "From: x@evil.example"),
        of("From: x@evil.example", CEO),
        of("From: ceo@ours.example."),
        of("From: ceo@ours.example\0"),
        of("From: ceo"),
        of("no colon", CEO),
        of(" continued", CEO),
        of("Sender: ceo@ours.example"),
        of("Resent-From: ceo@ours.example", "Resent-Sender: ceo@ours.example", CEO),
        of("Sender: x@evil.example", "Reply-To: x@evil.example", CEO),
        against("ours.example", "From: ceo@sub.ours.example"),
        against("ours.example", "From: ceo@a.b.sub.OURS.example"),
        against("moved.example", "From: ceo@moved.example"),
        against("inner.example", "From: ceo@inner.example"),
        against("other.example", "From: ceo@other.example"),
        against("xn--mnchen-3ya.example", "From: ceo@xn--mnchen-3ya.example"),
        against("xn--mnchen-3ya.example", "From: ceo@XN--mnchen-3YA.example"),
        against("xn--mnchen-3ya.example", "From: ceo@m\u00fcnchen.example"),
        against("xn--mnchen-3ya.example", "From: ceo@M\u00dcNCHEN.example"),
        against("xn--mnchen-3ya.example", "From: ceo@mu\u0308nchen.example"),
        against("xn--mnchen-3ya.example", "From: ceo@post.m\u00fcnchen.example"));
  }

  private static List<Spoof> marks() {
    return List.of(
        of(MARK + ": v=1; submitted=yes", CEO),
        of(CEO, MARK + ": v=1; submitted=yes"),
        of("authserver-forwarded:v=1;submitted=yes", CEO),
        of("AUTHSERVER-FORWARDED : V=1; SUBMITTED=YES", CEO),
        of(MARK + ":\r\n v=1;\r\n\tsubmitted=yes", CEO),
        of(MARK + ": v=1; submitted=yes", MARK + ": v=1; submitted=yes", CEO),
        of(MARK + ": v=1; submitted=no", CEO, MARK + ": v=1; submitted=yes"),
        of(MARK + ": v=1; submitted=yes (x)", CEO),
        of(MARK + ": v=2; submitted=yes", CEO),
        of(MARK + ":", CEO),
        of(MARK + "\t: v=1; submitted=yes; submitted=no", CEO));
  }

  private static List<Spoof> traces() {
    String submitted =
        "Received: from pc (pc [192.0.2.7]) by mx.ours.example (OpenSMTPD) with ESMTPSA id 1; x";
    return List.of(
        of(submitted, CEO),
        of(submitted, submitted, CEO, submitted),
        of(submitted, MARK + ": v=1; submitted=yes", CEO),
        of(submitted, "Delivered-To: somebody@ours.example", CEO),
        // an edge that hides its own field hands on what a stranger wrote
        new Spoof(submitted.replace("mx.ours", "mx.evil"), List.of(CEO), List.of("ours.example")),
        // what has come in once, sent again by this host
        again("from localhost (mx.ours.example [local])", "ESMTPA"),
        again("from localhost (localhost [127.0.0.1])", "ESMTP"),
        again("from pc (pc [192.0.2.7])", "ESMTPSA"),
        greeting("ESMTPSA", "ESMTPA"),
        greeting("[127.0.0.1]", "localhost"),
        greeting("localhost", "[127.0.0.1]"),
        greeting("localhost", "x [local]"),
        greeting("[192.0.2.66]", "with ESMTPSA"),
        greeting("x by mx.ours.example with ESMTPSA", "y"),
        greeting("x by mx.ours.example with ESMTPSA id 1; x", "y"),
        greeting("x) by mx.ours.example with ESMTPSA (", "y"),
        greeting("(x) by mx.ours.example with ESMTPSA", "y"),
        greeting("x\\", "y"),
        greeting("\"x", "y\" by mx.ours.example with ESMTPSA"),
        greeting("x", "y) by mx.ours.example with ESMTPSA (y"),
        greeting("x", "y) by mx.ours.example with ESMTPSA id 1; (y"),
        greeting("x", "y) by mx.ours.example with ESMTPSA id 1 (y"),
        greeting("x\r\n\tby mx.ours.example\r\n\twith ESMTPSA", "y"),
        greeting("=?us-ascii?q?x_by_mx_with_ESMTPSA?=", "y"));
  }
}
