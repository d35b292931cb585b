package io.authserver.smtp.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.OriginMark.Author;
import io.authserver.smtp.message.OriginMark.Claimed;
import io.authserver.smtp.message.OriginMark.Fault;
import io.authserver.smtp.message.OriginMark.Former;
import io.authserver.smtp.message.OriginMark.Reading;
import io.authserver.smtp.message.OriginMark.Unmarked;
import io.authserver.smtp.message.OriginMark.Unproved;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginMarkTest {
  private static final MarkKey KEY = key(1);
  private static final MarkKey OTHER = key(2);
  private static final String ID = "1A2B-3";
  private static final String TRACE =
      "Received: from edge ([127.0.0.1])\r\n\tby mx.ours.example with ESMTP id "
          + ID
          + "\r\n\tfor <x@far.example>;\r\n\tMon, 30 Nov 2026 23:00:00 +0000\r\n";
  private static final String QUEUE =
      "Received: from localhost (localhost [127.0.0.1])\r\n\tby mx.ours.example (OpenSMTPD)"
          + " with ESMTP id 0badc0de;\r\n\tMon, 30 Nov 2026 23:00:01 +0000 (UTC)\r\n";
  private static final String FROM = "From: Alice <alice@ours.example>\r\n";
  private static final String MESSAGE_ID = "Message-ID: <1@ours.example>\r\n";
  private static final String REST = "Received: by edge; now\r\nSubject: Hi\r\n";
  private static final String MESSAGE = REST + FROM + MESSAGE_ID;
  private static final OriginMark YES = new OriginMark(true, Author.UNJUDGED);
  private static final String MARK = mark(YES, MESSAGE);

  private static MarkKey key(int fill) {
    byte[] bytes = new byte[MarkKey.BYTES];
    Arrays.fill(bytes, (byte) fill);
    return MarkKey.of(bytes);
  }

  private static HeaderSection header(String text) {
    return HeaderSection.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String mark(OriginMark mark, String message) {
    return new String(mark.toField(ID, KEY, header(message)), StandardCharsets.US_ASCII);
  }

  /** Returns what is proved, in a word, or why nothing is. */
  private static String read(String text, MarkKey... keys) {
    HeaderSection header = header(text);
    Reading reading = OriginMark.read(header);
    return switch (reading) {
      case Unmarked _ -> "UNMARKED";
      case Former(boolean submitted) -> "FORMER " + submitted;
      case Unproved(Fault fault) -> fault.name();
      case Claimed claimed ->
          OriginMark.isProved(claimed, List.of(keys), header)
              ? claimed.mark().submitted() + " " + claimed.mark().author()
              : Fault.WRONG_MAC.name();
    };
  }

  @Test
  void whatIsMarkedIsProvedInItsPlace() {
    for (boolean submitted : new boolean[] {true, false}) {
      for (Author author : Author.values()) {
        String mark = mark(new OriginMark(submitted, author), MESSAGE);
        for (String line : mark.split("\r\n", -1)) {
          assertTrue(line.length() <= 78, line);
        }
        assertEquals(submitted + " " + author, read(mark + TRACE + MESSAGE, KEY));
        assertEquals(
            submitted + " " + author,
            read(
                QUEUE + QUEUE + "Delivered-To: team@ours.example\r\n" + mark + TRACE + MESSAGE,
                KEY));
      }
    }
  }

  static Stream<Arguments> whatTheQueueMayDo() {
    return Stream.of(
        Arguments.of(
            "From refolded",
            MARK + TRACE + REST + "FROM : Alice\r\n <alice@ours.example> \r\n" + MESSAGE_ID),
        Arguments.of("mark refolded", MARK.replace(" author", "\r\n author") + TRACE + MESSAGE),
        Arguments.of("mark unfolded", MARK.replace(";\r\n\t", "; ") + TRACE + MESSAGE),
        Arguments.of("trace unfolded", MARK + TRACE.replace("\r\n\t", " ") + MESSAGE),
        Arguments.of("fields in another order", MARK + TRACE + MESSAGE_ID + FROM + REST),
        Arguments.of("Date added", MARK + TRACE + MESSAGE + "Date: now\r\n"),
        Arguments.of(
            "Message-ID added",
            mark(YES, REST + FROM) + TRACE + REST + FROM + "Message-ID: <new@mx>\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void whatTheQueueMayDo(String name, String text) {
    assertEquals("true UNJUDGED", read(text, KEY));
  }

  static Stream<Arguments> proofsThatFail() {
    String all = MARK + TRACE + MESSAGE;
    return Stream.of(
        Arguments.of(Fault.SEVERAL_MARKS, "two", MARK + all),
        Arguments.of(Fault.SEVERAL_MARKS, "one below", all + MARK),
        Arguments.of(
            Fault.SEVERAL_MARKS,
            "a former one",
            all + "Authserver-Forwarded: v=1; submitted=yes\r\n"),
        Arguments.of(Fault.MISPLACED_MARK, "below a field of the message", "Subject: x\r\n" + all),
        Arguments.of(Fault.MISPLACED_MARK, "below a field without a name", "x\r\n" + all),
        Arguments.of(Fault.WRONG_ID, "above another Received", MARK + QUEUE + TRACE + MESSAGE),
        Arguments.of(Fault.WRONG_ID, "above no Received", MARK + MESSAGE.replace(REST, "")),
        Arguments.of(Fault.WRONG_ID, "alone", MARK),
        Arguments.of(
            Fault.WRONG_ID, "of another transaction", MARK + TRACE.replace(ID, "1A2B-4") + MESSAGE),
        Arguments.of(
            Fault.WRONG_ID,
            "id in a comment's word",
            MARK + TRACE.replace("id " + ID, "id (" + ID) + MESSAGE),
        Arguments.of(
            Fault.WRONG_ID,
            "a trace that is too long",
            MARK + TRACE.replace(";", " ".repeat(5000) + ";") + MESSAGE),
        Arguments.of(
            Fault.WRONG_MAC,
            "id replayed",
            MARK.replace(ID, "1A2B-4") + TRACE.replace(ID, "1A2B-4") + MESSAGE),
        Arguments.of(Fault.WRONG_MAC, "From edited", all.replace("alice", "carol")),
        Arguments.of(Fault.WRONG_MAC, "From added", all + FROM),
        Arguments.of(Fault.WRONG_MAC, "From taken away", MARK + TRACE + REST + MESSAGE_ID),
        Arguments.of(Fault.WRONG_MAC, "Message-ID edited", all.replace("<1@", "<2@")),
        Arguments.of(Fault.WRONG_MAC, "Message-ID taken away", MARK + TRACE + REST + FROM),
        Arguments.of(
            Fault.WRONG_MAC, "Message-ID emptied", MARK + TRACE + REST + FROM + "Message-ID:\r\n"),
        Arguments.of(
            Fault.WRONG_MAC,
            "no turned to yes",
            mark(new OriginMark(false, Author.UNJUDGED), MESSAGE).replace("=no", "=yes")
                + TRACE
                + MESSAGE),
        Arguments.of(
            Fault.WRONG_MAC, "author edited", MARK.replace("unjudged", "match") + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK, "no mac", MARK.replaceAll("mac=.*", "") + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK, "short mac", MARK.replaceAll("mac=.", "mac=") + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK, "another version", MARK.replace("v=2", "v=3") + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK, "another word", MARK.replace("=yes", "=Yes") + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK,
            "more words",
            MARK.replace("v=2;", "v=2; x=y;") + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK, "too long", MARK.replace(" ", " ".repeat(100)) + TRACE + MESSAGE),
        Arguments.of(
            Fault.MALFORMED_MARK,
            "former words of another kind",
            "Authserver-Forwarded: v=1; submitted=maybe\r\n" + TRACE + MESSAGE));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource
  void proofsThatFail(Fault fault, String name, String text) {
    assertEquals(fault.name(), read(text, KEY));
  }

  @Test
  void everyKeyThatIsGoodProvesAndNoOther() {
    String text = MARK + TRACE + MESSAGE;
    assertEquals("true UNJUDGED", read(text, OTHER, KEY), "a key that was followed by another");
    assertEquals("WRONG_MAC", read(text, OTHER), "a key that was taken away");
    assertEquals("WRONG_MAC", read(text));
  }

  @Test
  void noTwoMessagesGiveTheSameBytes() {
    String one = mark(YES, "From: a\r\nMessage-ID: b\r\n");
    for (String other :
        List.of(
            "From: a\r\nFrom: b\r\n",
            "From: a\r\n",
            "From: a\r\nMessage-ID: b\r\nMessage-ID:\r\n",
            "From: a message-id:b\r\n",
            "Message-ID: a\r\nFrom: b\r\n")) {
      assertFalse(one.equals(mark(YES, other)), other);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v=1; submitted=yes", " v=1;submitted=yes", "v=1;\r\n submitted=yes"})
  void formerMarksSayWhatTheySay(String value) {
    String yes = "Authserver-Forwarded:" + value + "\r\n";
    String no = yes.replace("yes", "no");
    assertEquals("FORMER true", read(MESSAGE + yes));
    assertEquals("FORMER true", read(yes + MESSAGE + yes));
    assertEquals("FORMER false", read(no + yes + MESSAGE));
    assertFalse(OriginMark.wasUntrusted(header(yes + MESSAGE + yes)));
    assertTrue(OriginMark.wasUntrusted(header(yes + MESSAGE + no)));
  }

  /** What was passed on unchanged had no mark, so it was signed. */
  @Test
  void whatADkimsignerOfBeforeWouldHaveTakenForUntrusted() {
    String no = mark(new OriginMark(false, Author.UNJUDGED), MESSAGE) + TRACE + MESSAGE;
    assertTrue(OriginMark.wasUntrusted(header(QUEUE + "Delivered-To: a@b\r\n" + no)));
    assertFalse(OriginMark.wasUntrusted(header(QUEUE + no)));
    assertFalse(OriginMark.wasUntrusted(header("Delivered-To: a@b\r\n" + MARK + TRACE + MESSAGE)));
    assertTrue(OriginMark.wasUntrusted(header("Authserver-Forwarded: v=3; x\r\n" + MESSAGE)));
    assertFalse(OriginMark.wasUntrusted(header(MESSAGE)));
  }

  @Test
  void everyMarkIsRemovedWhateverItSays() throws IOException {
    String plain = MESSAGE + "\r\nAuthserver-Forwarded: in the body\r\n";
    String marked = MARK + "authserver-forwarded : x\r\n y\r\n" + REST + MARK + FROM + MESSAGE_ID;
    MessageBytes removed =
        OriginMark.remove(
            MessageBytes.of(
                (marked + plain.substring(MESSAGE.length())).getBytes(StandardCharsets.US_ASCII)));
    assertEquals(plain, new String(removed.toByteArray(), StandardCharsets.US_ASCII));
  }

  @Test
  void keysAreOfOneLengthAndShowNothing() {
    assertThrows(IllegalArgumentException.class, () -> MarkKey.of(new byte[31]));
    assertEquals("MarkKey[***]", KEY.toString());
    Claimed claimed =
        assertInstanceOf(Claimed.class, OriginMark.read(header(MARK + TRACE + MESSAGE)));
    assertEquals(ID, claimed.id());
    assertThrows(IllegalArgumentException.class, () -> YES.toField("a b", KEY, header(MESSAGE)));
  }
}
