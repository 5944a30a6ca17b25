# One nginx for one test block: its folder, its configuration, its life.
package ScimTest::Server;

use v5.10.1;
use strict;
use warnings;

use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);
use version ();

my %default = (
    workers            => 2,
    worker_connections => 256,
    log_level          => $ENV{TEST_NGINX_LOG_LEVEL} || 'info',
    env                => [],
);
my %given;
my $port = $ENV{TEST_NGINX_PORT} || free_port();

sub set {
    my ($key, @value) = @_;
    $default{$key} = $value[0] if @value;
    return $default{$key};
}

sub port { $port }

# One that is not given twice, and below those that the kernel gives to
# connections: none of them takes it while no nginx listens there.
sub free_port {
    for (1 .. 100) {
        my $try = 10000 + int rand 22000;
        next if $given{$try}++;
        return $try if IO::Socket::INET->new(Listen => 1,
            LocalAddr => '127.0.0.1', LocalPort => $try, ReuseAddr => 1);
    }
    die "no free port: $!";
}

# Of nginx, to be compared with versions.
sub nginx_version {
    my $binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
    my ($version) = `$binary -v 2>&1` =~ m{nginx/(\d+\.\d+\.\d+)}
        or die "$binary does not tell its version";
    return version->parse("v$version");
}

sub new {
    my ($class, %self) = @_;
    my $root = $ENV{TEST_NGINX_SERVROOT}
        || tempdir('nginx-scim-XXXXXX', TMPDIR => 1);
    my $self = bless { %self, root => $root, exit => undef }, $class;
    make_path("$root/logs", "$root/conf", "$root/html");
    # Workers of a master started by root run as nobody.
    chmod 0755, $root;
    $self->write_user_files;
    $self->write_conf;
    return $self;
}

# user_files: ">>> name [mode]" lines, each followed by the file's content.
sub write_user_files {
    my ($self) = @_;
    return unless defined $self->{user_files};
    for my $part (split /^(?=>>> )/m, $self->{user_files}) {
        my ($head, $content) = split /\n/, $part, 2;
        my ($name) = $head =~ /^>>> (\S+)/ or next;
        write_file("$self->{root}/html/$name", $content // '');
    }
}

sub write_file {
    my ($path, $content) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $content;
    close $out;
}

sub write_conf {
    my ($self) = @_;
    my $root = $self->{root};
    my $load = join "\n", map { "load_module $_;" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    my $env = join "\n", map { "env $_;" } @{ $default{env} }, 'ASAN_OPTIONS',
        'LSAN_OPTIONS', 'UBSAN_OPTIONS';
    my $temp = join "\n", map { "${_}_temp_path $root/$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);
    my $user = $> == 0 ? 'user root;' : '';

    write_file("$root/conf/nginx.conf", <<"CONF");
$load
$user
daemon off;
master_process on;
worker_processes $default{workers};
pid $root/logs/nginx.pid;
error_log $root/logs/error.log $default{log_level};
$env
$self->{main_config}
events {
    worker_connections $default{worker_connections};
}
http {
    access_log $root/logs/access.log;
    default_type text/plain;
    $temp
    $self->{http_config}
    server {
        listen 127.0.0.1:$port;
        server_name localhost;
        root $root/html;
        client_max_body_size 30M;
        $self->{config}
    }
}
CONF
}

# True when nginx answers on its port; false when it ended instead.
sub start {
    my ($self) = @_;
    my $binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDERR, '>>', "$self->{root}/logs/stderr.log";
        open STDOUT, '>&', \*STDERR;
        exec $binary, '-p', "$self->{root}/", '-c', 'conf/nginx.conf', '-e',
            "$self->{root}/logs/error.log"
            or POSIX::_exit(127);
    }
    $self->{pid} = $pid;

    my $deadline = time + 60;
    while (time < $deadline) {
        return 0 if $self->ended(0);
        return 1 if -s "$self->{root}/logs/nginx.pid"
            && IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                PeerPort => $port);
        sleep 0.01;
    }
    return 0;
}

# Whether the master has ended, waiting for it up to so many seconds.
sub ended {
    my ($self, $seconds) = @_;
    my $deadline = time + $seconds;
    return 1 if defined $self->{exit};
    do {
        if (waitpid($self->{pid}, WNOHANG) == $self->{pid}) {
            $self->{exit} = $?;
            return 1;
        }
        sleep 0.005 if $seconds;
    } while (time < $deadline);
    return 0;
}

# Graceful quit; true when it ended by itself with status 0.
sub stop {
    my ($self) = @_;
    return $self->{exit} == 0 if defined $self->{exit};
    kill QUIT => $self->{pid};
    if (!$self->ended(20)) {
        kill KILL => $self->{pid};
        $self->ended(5);
        return 0;
    }
    return $self->{exit} == 0;
}

sub log {
    my ($self) = @_;
    return join '', map { slurp("$self->{root}/logs/$_") }
        qw(error.log stderr.log);
}

sub access_log {
    my ($self) = @_;
    return slurp("$self->{root}/logs/access.log");
}

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or return '';
    local $/;
    return scalar(<$in>) // '';
}

sub remove {
    my ($self) = @_;
    remove_tree($self->{root})
        unless $ENV{TEST_NGINX_SERVROOT} || $ENV{TEST_NGINX_NO_CLEAN};
}

sub DESTROY {
    my ($self) = @_;
    local $?;
    kill KILL => $self->{pid} if $self->{pid} && !defined $self->{exit};
}

1;
