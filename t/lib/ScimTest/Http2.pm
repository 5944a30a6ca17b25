# Requests by HTTP/2 over a unix socket: with curl, and where several streams
# of one connection matter, frame by frame.
package ScimTest::Http2;

use v5.10.1;
use strict;
use warnings;

use IO::Socket::UNIX;
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

# The bodies of so many GETs, sent at once on streams of one connection.
sub parallel {
    my ($address, $path, $count, %headers) = @_;
    my $block = "\x82" . headers($path, %headers);
    my $socket = connection($address,
        map { frame(1, 5, 2 * $_ + 1, $block) } 0 .. $count - 1);

    my (%body, %ended);
    local $SIG{ALRM} = sub { die "no answer\n" };
    alarm 30;
    while (keys %ended < $count) {
        my ($type, $flags, $stream, $payload) = next_frame($socket) or last;
        $body{$stream} .= $payload if $type == 0;
        $ended{$stream} = 1 if $type == 3 || ($type < 2 && $flags & 1);
    }
    alarm 0;
    return map { $body{$_} // '' } sort { $a <=> $b } keys %ended;
}

# A POST whose answer is not read, and after a moment not wanted any more; what
# is on its way by then is read so many seconds later.  True if the connection
# is in order at the end.
sub abandon {
    my ($address, $path, $body, $seconds, %headers) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $socket = connection($address,
        frame(1, 4, 1, "\x83" . headers($path, %headers)),
        (map { frame(0, 0, 1, $_) } unpack '(a16384)*', $body),
        frame(0, 1, 1, ''));

    local $SIG{ALRM} = sub { die "no answer\n" };
    alarm 30;
    while (my ($type) = next_frame($socket)) {
        last if $type == 1;
    }
    select undef, undef, undef, 0.1;
    print {$socket} frame(3, 0, 1, pack 'N', 8);
    select undef, undef, undef, $seconds;
    print {$socket} frame(6, 0, 0, 'are you?');
    my $alive = 0;
    while (my ($type, $flags) = next_frame($socket)) {
        last if $alive = $type == 6 && $flags & 1;
    }
    alarm 0;
    return $alive;
}

# The preface, settings (streams have large windows, and so has the connection)
# and those frames.
sub connection {
    my ($address, @frames) = @_;
    my $socket = IO::Socket::UNIX->new($address) or die "$address: $!";
    $socket->autoflush(1);
    print {$socket} join '', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        frame(4, 0, 0, pack 'nN', 4, 1 << 30),
        frame(8, 0, 0, pack 'N', 1 << 30), @frames;
    return $socket;
}

# All but the method.
sub headers {
    my ($path, %headers) = @_;
    return "\x86\x04" . text($path) . "\x01" . text('localhost')
        . join '', map { "\0" . text(lc) . text($headers{$_}) } keys %headers;
}

# Type, flags, stream and payload; nothing at the end.
sub next_frame {
    my ($socket) = @_;
    return unless (read($socket, my $head, 9) // 0) == 9;
    my ($high, $low, $type, $flags, $stream) = unpack 'CnCCN', $head;
    my $length = ($high << 16) + $low;
    my $payload = '';
    return if $length && (read($socket, $payload, $length) // 0) != $length;
    return ($type, $flags, $stream, $payload);
}

sub frame {
    my ($type, $flags, $stream, $payload) = @_;
    my $length = length $payload;
    return pack('CnCCN', $length >> 16, $length & 0xffff, $type, $flags,
        $stream) . $payload;
}

# A string of HPACK, as it is.
sub text {
    my $length = length $_[0];
    return chr($length) . $_[0] if $length < 127;
    die 'too long' if $length > 254;
    return "\x7f" . chr($length - 127) . $_[0];
}

1;
