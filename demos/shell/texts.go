package shell

// What Windows programs print, in their format but with LF line ends, because a
// lesson is about other bytes. Names and figures are made up; the addresses are
// those set aside for documentation (RFC 5737, RFC 3849).

const tasklist = `
Image Name                     PID Session Name        Session#    Mem Usage
========================= ======== ================ =========== ============
System Idle Process              0 Services                   0          8 K
System                           4 Services                   0        148 K
Registry                       132 Services                   0     81,256 K
smss.exe                       448 Services                   0      1,032 K
csrss.exe                      640 Services                   0      5,284 K
wininit.exe                    736 Services                   0      6,116 K
csrss.exe                      744 Console                    1      5,900 K
services.exe                   812 Services                   0     10,472 K
winlogon.exe                   836 Console                    1     11,348 K
lsass.exe                      884 Services                   0     22,560 K
svchost.exe                   1012 Services                   0     30,724 K
fontdrvhost.exe               1036 Services                   0      2,708 K
fontdrvhost.exe               1040 Console                    1      7,664 K
svchost.exe                   1132 Services                   0     16,380 K
svchost.exe                   1188 Services                   0      8,944 K
dwm.exe                       1276 Console                    1     72,012 K
svchost.exe                   1348 Services                   0     11,216 K
svchost.exe                   1420 Services                   0      7,088 K
svchost.exe                   1536 Services                   0     14,652 K
svchost.exe                   1624 Services                   0      9,396 K
svchost.exe                   1760 Services                   0     12,804 K
svchost.exe                   1888 Services                   0      6,532 K
spoolsv.exe                   2144 Services                   0     13,920 K
svchost.exe                   2208 Services                   0     18,268 K
SearchIndexer.exe             3364 Services                   0     41,736 K
sihost.exe                    4020 Console                    1     27,172 K
taskhostw.exe                 4192 Console                    1     15,508 K
explorer.exe                  4716 Console                    1    118,640 K
RuntimeBroker.exe             5280 Console                    1     33,096 K
ctfmon.exe                    5604 Console                    1     19,824 K
notepad.exe                   6940 Console                    1     14,188 K
python.exe                    7308 Console                    1     12,476 K
stickydemo.exe                7716 Console                    1      9,260 K
conhost.exe                   7724 Console                    1     11,552 K
cmd.exe                       8128 Console                    1      4,364 K
tasklist.exe                  8432 Console                    1      8,780 K
`

const ipconfig = `
Windows IP Configuration


Ethernet adapter Classroom:

   Connection-specific DNS Suffix  . : example.net
   IPv6 Address. . . . . . . . . . . : 2001:db8::51
   IPv4 Address. . . . . . . . . . . : 192.0.2.51
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Default Gateway . . . . . . . . . : 192.0.2.1

Wireless LAN adapter Wi-Fi:

   Media State . . . . . . . . . . . : Media disconnected
   Connection-specific DNS Suffix  . :
`

const dir = ` Volume in drive D is LESSONS
 Volume Serial Number is 51CC-0DE5

 Directory of D:\sockets

2000/01/01  09:00    <DIR>          .
2000/01/01  09:00    <DIR>          ..
2000/01/01  09:12               731 client.py
2000/01/01  09:12             1,024 server.py
2000/01/01  09:40             1,902 lesson.md
               3 File(s)          3,657 bytes
               2 Dir(s)  38,654,705,664 bytes free
`
