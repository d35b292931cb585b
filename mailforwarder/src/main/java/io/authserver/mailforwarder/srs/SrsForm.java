package io.authserver.mailforwarder.srs;

/** How the hash of a return address is made. */
public enum SrsForm {
  /**
   * As Mail::SRS and postsrsd make it: HMAC-SHA1 over the parts without anything between them, in
   * base 64. So the hash of {@code mvictim@gmail.co} is also that of {@code victim@gmail.com}.
   */
  MAILSRS("mailsrs"),
  /** HMAC-SHA256 over the kind of the address and its parts, each with its length; base 32. */
  SEPARATED("separated");

  private final String word;

  SrsForm(String word) {
    this.word = word;
  }

  /** Returns its name in settings and in the database. */
  public String word() {
    return word;
  }

  /**
   * Returns the form of a name.
   *
   * @throws IllegalArgumentException where no form has it
   */
  public static SrsForm of(String word) {
    for (SrsForm form : values()) {
      if (form.word.equals(word)) {
        return form;
      }
    }
    throw new IllegalArgumentException("no form of return addresses: " + word);
  }
}
