# Requests by HTTP/2, with curl, over a unix socket.
package ScimTest::Http2;

use v5.10.1;
use strict;
use warnings;

use IPC::Open2;

sub available {
    return `curl --version 2>&1` =~ /\bHTTP2\b/;
}

# Gives back version, status and body.
sub exchange {
    my ($socket, $method, $path, $body, @headers) = @_;
    my @command = (qw(curl --silent --show-error --globoff --max-time 10),
        '--http2-prior-knowledge', '--unix-socket', $socket,
        '--write-out', "\n%{http_version} %{http_code}",
        (map { ('--header', $_) } @headers),
        $method eq 'HEAD' ? '--head' : ('--request', $method),
        defined $body ? ('--data-binary', '@-') : (),
        "http://localhost$path");

    local $SIG{PIPE} = 'IGNORE';
    my $pid = open2(my $out, my $in, @command);
    print {$in} $body if defined $body;
    close $in;
    my $answer = do { local $/; <$out> } // '';
    waitpid $pid, 0;

    my ($version, $status) = $answer =~ s/\n(\S+) (\d+)\z// ? ($1, $2) : ();
    return ($version // '', $status // '', $answer);
}

1;
