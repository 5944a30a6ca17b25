# HTTP by hand: what a block's `request` says is what goes over the wire.
package ScimTest::Client;

use v5.10.1;
use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

# "METHOD /path\nbody" and header lines, as bytes.
sub format_request {
    my ($request, $more, $connection) = @_;
    my ($line, $body) = split /\n/, $request, 2;
    my ($method, $url, $version) = split ' ', $line;
    my @headers = grep { length && !/^\s*#/ } split /\n+/, $more // '';

    $body //= '';
    $body =~ s/^\s+|\s+$//g;

    unshift @headers, "Connection: $connection"
        unless grep { /^Connection:/i } @headers;
    unshift @headers, 'Host: localhost' unless grep { /^Host:/i } @headers;
    push @headers, 'Content-Length: ' . length $body
        if length $body && !grep { /^(?:Content-Length|Transfer-Encoding):/i }
            @headers;

    return join("\r\n", join(' ', $method, $url // '/', $version // 'HTTP/1.1'),
        @headers, '', '') . $body;
}

# Sends the bytes on one connection and reads so many responses.
sub exchange {
    my ($port, $bytes, %opt) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port) or return;
    my $head_only = $bytes =~ /^HEAD /;
    my $deadline = time + $opt{timeout};
    my ($buffer, @responses) = ('');

    local $SIG{PIPE} = 'IGNORE';
    $socket->autoflush(1);
    # Bytes may be a list, to be sent in pieces.
    print {$socket} $_ for ref $bytes ? @$bytes : $bytes;

    my $select = IO::Select->new($socket);
    while (@responses < $opt{count} && (my $left = $deadline - time) > 0) {
        last unless $select->can_read($left);
        my $read = sysread $socket, $buffer, 65536, length $buffer;
        my $eof = !$read;
        while (my $response = take_response(\$buffer, $head_only, $eof)) {
            push @responses, $response;
            last if @responses == $opt{count};
        }
        last if $eof;
    }
    close $socket;
    return @responses;
}

# Cuts one whole response off the buffer; nothing if there is not yet one.
sub take_response {
    my ($buffer, $head_only, $eof) = @_;
    $$buffer =~ s/^HTTP\/1\.1 100 .*?\r\n\r\n//s;
    my $end = index $$buffer, "\r\n\r\n";
    return if $end < 0;

    my $head = substr $$buffer, 0, $end + 2;
    my $rest = substr $$buffer, $end + 4;
    my ($status) = $head =~ m{^HTTP/\d\.\d (\d+)};
    my %headers;
    $headers{ lc $1 } = defined $headers{ lc $1 } ? "$headers{lc $1}, $2" : $2
        while $head =~ /^([^:\r\n]+):[ ]*(.*?)\r\n/mg;

    my $body = '';
    if ($head_only || $status == 204 || $status == 304) {
    } elsif (($headers{'transfer-encoding'} // '') eq 'chunked') {
        ($body, $rest) = take_chunks($rest);
        return unless defined $body;
    } elsif (defined(my $length = $headers{'content-length'})) {
        return if length $rest < $length;
        $body = substr $rest, 0, $length, '';
    } else {
        return unless $eof;
        ($body, $rest) = ($rest, '');
    }
    $$buffer = $rest;
    return { status => $status, head => $head, headers => \%headers,
        body => $body };
}

sub take_chunks {
    my ($rest) = @_;
    my $body = '';
    while ($rest =~ s/^([0-9a-fA-F]+)\r\n//) {
        my $size = hex $1;
        return if length $rest < $size + 2;
        $body .= substr $rest, 0, $size, '';
        substr $rest, 0, 2, '';
        return ($body, $rest) if $size == 0;
    }
    return;
}

1;
