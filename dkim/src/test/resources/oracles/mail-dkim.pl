# Verifies every DKIM signature of the messages in a folder with Mail::DKIM.
#
# ARGV: the folder, with dns.txt (a name, a space, the TXT record, one a line) and *.eml.
# Prints for each signature: file, selector, pass or another result, detail, separated by tabs.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Mail::DKIM::DNS;

package LocalTxt {
    sub new { my ($class, $text) = @_; return bless { text => $text }, $class; }
    sub type { return 'TXT'; }
    sub txtdata { return ($_[0]{text}); }
    sub char_str_list { return ($_[0]{text}); }
}

package main;

my $folder = shift @ARGV;
my %records;
open my $dns, '<:raw', "$folder/dns.txt" or die "dns.txt: $!";
while (my $line = <$dns>) {
    chomp $line;
    my ($name, $text) = split / /, $line, 2;
    $records{ lc $name } = $text;
}
close $dns;

{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name) = @_;
        my $text = $records{ lc $name };
        $@ = defined $text ? 'NOERROR' : 'NXDOMAIN';
        return defined $text ? (LocalTxt->new($text)) : ();
    };
}

binmode STDOUT;
for my $path (sort glob "$folder/*.eml") {
    my $verifier = Mail::DKIM::Verifier->new();
    open my $message, '<:raw', $path or die "$path: $!";
    while (read $message, my $block, 65536) {
        $verifier->PRINT($block);
    }
    close $message;
    $verifier->CLOSE;
    (my $name = $path) =~ s{.*/}{};
    for my $signature ($verifier->signatures) {
        my $detail = $signature->result_detail // '';
        $detail =~ s/\s+/ /g;
        print join("\t", $name, $signature->selector // '?', $signature->result // '?', $detail), "\n";
    }
}
